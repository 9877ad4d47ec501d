/// Which addresses a connection may be opened to.
package struct AddressPolicy {
    /// Why an address was refused.
    package enum Refusal {
        case notPublic
        case ours
    }

    package let network: UpstreamNetwork
    /// Where this daemon itself listens.
    package let own: Set<IPEndpoint>

    package init(network: UpstreamNetwork, own: Set<IPEndpoint>) {
        self.network = network
        self.own = own
    }

    /// Judges an address at the moment at which a socket would be opened to it; `nil` lets it pass.
    package func refusal(of address: IPAddress, port: UInt16) -> Refusal? {
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
