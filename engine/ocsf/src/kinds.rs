//! Which class and activity a kind of event is.

use crate::Class;

/// "Other": an activity that the class has no number for; its name is the kind.
const OTHER: u32 = 99;

/// Class, number and caption of the activity.
pub(crate) fn activity(kind: &str) -> (Class, u32, &str) {
    let (class, number, caption) = match kind {
        "file.create" | "folder.create" => (Class::File, 1, "Create"),
        "file.overwrite" => (Class::File, 3, "Update"),
        "file.delete" | "folder.delete" => (Class::File, 4, "Delete"),
        "file.rename" | "folder.rename" | "file.move" | "folder.move" => (Class::File, 5, "Rename"),
        "file.open" => (Class::File, 14, "Open"),
        "file.copy" | "folder.copy" | "disc.write" | "mail.attach" => (Class::File, OTHER, kind),
        "process.start" => (Class::Process, 1, "Launch"),
        "process.exit" => (Class::Process, 2, "Terminate"),
        "process.denied" => (Class::Process, OTHER, kind),
        "rule.match" | "incident.open" | "malware.file.judged" | "file.judged" => (Class::Detection, 1, "Create"),
        "incident.change" | "file.quarantined" | "file.restored" => (Class::Detection, 2, "Update"),
        "account.change" => (Class::AccountChange, OTHER, kind),
        "session.logon" | "session.failed" => (Class::Authentication, 1, "Logon"),
        "session.logoff" => (Class::Authentication, 2, "Logoff"),
        "session.lock" | "session.unlock" => (Class::Authentication, OTHER, kind),
        "net.connect" | "net.accept" => (Class::Network, 1, "Open"),
        "net.listen" => (Class::Network, 7, "Listen"),
        "web.view" | "web.download" => (Class::Http, 3, "Get"),
        "web.upload" | "web.post" => (Class::Http, 6, "Post"),
        "dns.query" => (Class::Dns, 1, "Query"),
        "mail.send" => (Class::Email, 1, "Send"),
        "software.install" => (Class::Application, 1, "Install"),
        "software.remove" => (Class::Application, 2, "Remove"),
        "software.start_first" | "agent.start" => (Class::Application, 3, "Start"),
        "agent.stop" => (Class::Application, 4, "Stop"),
        "software.update" | "agent.update" => (Class::Application, 8, "Update"),
        "cloud.file" => (Class::FileHosting, OTHER, kind),
        _ => (Class::Base, OTHER, kind),
    };
    (class, number, caption)
}
