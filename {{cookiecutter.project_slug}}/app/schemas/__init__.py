"""What goes over the wire: pydantic schemas, camelCase, unknown members refused."""
