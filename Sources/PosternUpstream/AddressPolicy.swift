internal import PosternCore

/// Which addresses an upstream connection may be opened to.
struct AddressPolicy {
    /// Why an address was refused.
    enum Refusal {
        case notPublic
        case ours
    }

    let network: UpstreamNetwork
    /// Where this daemon itself listens.
    let own: Set<IPEndpoint>

    /// Judges an address at the moment at which a socket would be opened to it; `nil` lets it pass.
    func refusal(of address: IPAddress, port: UInt16) -> Refusal? {
        let plain = address.embeddedIPv4.flatMap(IPAddress.init(bytes:)) ?? address
        if own.contains(where: {
            $0.port == port && ($0.address == plain || $0.address.isUnspecified && !plain.isPublic)
        }) {
            return .ours
        }
        if let fixed = network.fixedAddress {
            return fixed == IPEndpoint(address: address, port: port) ? nil : .notPublic
        }
        return network.allowsPrivateAddresses || address.isPublic ? nil : .notPublic
    }
}
