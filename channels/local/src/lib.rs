//! yagura-local
