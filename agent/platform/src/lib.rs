//! yagura-platform
