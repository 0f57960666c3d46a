//! yagura-admins
