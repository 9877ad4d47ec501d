/// The version of the control interface, the first part of its paths.
package enum ControlInterface {
    package static let version = "v1"
}
