//! yagura-people
