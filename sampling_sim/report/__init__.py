"""What a person looks at: figures.  The only room that imports matplotlib."""
