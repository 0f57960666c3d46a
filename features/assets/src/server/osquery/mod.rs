//! osquery's remote API, as its makers describe it: enrol, configuration, results. Below `/inventory/osquery`, with a credential of the
//! intake as its `enroll_secret`. Whatever is refused is answered `node_invalid`, whereupon osquery enrols anew.

mod keep;
mod receive;

use axum::routing::post;
use yagura_server_kit::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .stranger("/inventory/osquery/enroll", post(receive::enroll))
        .stranger("/inventory/osquery/config", post(receive::config))
        .stranger("/inventory/osquery/log", post(receive::log))
        .stranger("/inventory/osquery/distributed/read", post(receive::read))
        .stranger("/inventory/osquery/distributed/write", post(receive::write))
}
