package import PosternCore

/// Everything that decisions about requests read, in one immutable value.
package final class ProxySnapshot: Sendable {
    package let settings: ProxySettings
    package let directory: Directory
    let waits: Waits
    private let listeners: [ListenerID: ListenerSettings]

    package init(settings: ProxySettings, directory: Directory) {
        self.settings = settings
        self.directory = directory
        waits = Waits(settings.timeouts)
        listeners = Dictionary(
            uniqueKeysWithValues: ListenerID.identify(settings.listeners).map { ($0.id, $0.settings) }
        )
    }

    /// What holds now for a listener; `nil` if there is no such listener any more.
    func listener(_ id: ListenerID) -> ListenerSettings? { listeners[id] }
}
