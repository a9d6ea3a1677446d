# What is checked before publishing; what was planned and what was played

fault-problems = Not published yet
fault-problems-text = Something in the draft must be put right first; nothing was published. The page Publish says what.
