//! yagura-dial
