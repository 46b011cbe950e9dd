//! What is reserved, when it is made cheaper, and in which period it counts.
