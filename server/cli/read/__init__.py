"""`pageglass read`: files and folders to text, fields, tables and boxes."""
