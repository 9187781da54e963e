"""The history of the database's schema; `storage.database.migrate` applies it."""
