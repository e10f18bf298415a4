"""Contact laws: one law, one file, one source; `choice` names them, `dispatch` picks by number."""
