"""Pictures from addresses, behind the guard against server-side request forgery (SSRF)."""
