"""Mail: letters are stored with the change that causes them, and sent by workers."""
