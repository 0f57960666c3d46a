//! yagura-notices
