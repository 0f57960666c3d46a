//! yagura-sensors
