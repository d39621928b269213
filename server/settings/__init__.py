"""Parts of the settings: who may call and where, their groups, their names, and what their values may be."""
