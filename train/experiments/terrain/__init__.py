"""Planning from pictures: what was learned, from what, and by which way of learning."""
