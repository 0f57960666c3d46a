//! yagura-policy
