//! yagura-operation-log
