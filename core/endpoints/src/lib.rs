//! yagura-endpoints
