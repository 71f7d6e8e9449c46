"""Files that go past this API: presigned uploads to an object store behind a CDN."""
