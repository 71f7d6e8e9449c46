"""The page that shows the API document: files of its own and of a packaged viewer."""
