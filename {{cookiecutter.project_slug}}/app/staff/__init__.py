"""What staff and admins see and do of the accounts of others."""
