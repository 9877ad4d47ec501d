/// A whole configuration, read and validated: how the daemon runs, and who may do what.
package struct Configuration: Sendable {
    package var settings: ProxySettings
    package var contents: DirectoryContents

    package init(settings: ProxySettings, contents: DirectoryContents) {
        self.settings = settings
        self.contents = contents
    }
}
