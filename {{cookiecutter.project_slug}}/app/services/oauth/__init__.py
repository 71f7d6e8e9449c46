"""An OAuth 2.0 authorization server on Authlib, as RFC 9700 wants one.

Authorization code with PKCE S256 and rotating refresh tokens, and nothing else. A grant is a
session of the account, so that whatever ends sessions ends grants.
"""
