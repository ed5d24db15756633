"""The imperative shell: load, call a room, save. One file per verb a person would say."""
