internal import PosternCore

extension StoreReader {
    func existingAgent(_ reference: String) throws -> StoredAgent { fatalError() }
    func existingSecret(_ reference: String) throws -> StoredSecret { fatalError() }
    func existingGrant(_ id: String) throws -> StoredGrant { fatalError() }
    func existingProvider(_ name: String) throws -> StoredProvider { fatalError() }
    func existingUser(_ reference: String) throws -> StoredUser { fatalError() }
    func filter(for query: GrantQuery) throws -> GrantFilter { fatalError() }
    func describe(_ grant: StoredGrant) throws -> DescribedGrant { fatalError() }
    func describe(_ grants: [StoredGrant]) throws -> [DescribedGrant] { fatalError() }
}
extension Act {
    mutating func createAgent(_ new: NewAgent) throws -> (agent: StoredAgent, key: MintedKey?) { fatalError() }
    mutating func updateAgent(_ reference: String, _ change: AgentChange) throws -> StoredAgent { fatalError() }
    mutating func setAgent(_ reference: String, to status: StoredAgent.Status) throws -> StoredAgent { fatalError() }
    mutating func revokeAgent(_ reference: String) throws -> StoredAgent { fatalError() }
    mutating func mintKey(forAgent reference: String, _ new: NewKey) throws -> MintedKey { fatalError() }
    mutating func mintKey(_ new: NewKey, for owner: KeyOwner) throws -> MintedKey { fatalError() }
    mutating func keyOwner(agent reference: String) throws -> KeyOwner { fatalError() }
    mutating func appKeyOwner() throws -> KeyOwner { fatalError() }
    mutating func setDeprecated(_ isDeprecated: Bool, key: String, of owner: KeyOwner) throws -> StoredKey {
        fatalError()
    }
    mutating func revokeKey(_ key: String, of owner: KeyOwner, force: Bool) throws -> StoredKey { fatalError() }
    mutating func createSecret(_ new: NewSecret) throws -> StoredSecret { fatalError() }
    mutating func updateSecret(_ reference: String, _ change: SecretChange) throws -> StoredSecret { fatalError() }
    mutating func rotateSecret(
        _ reference: String,
        values: [String: Secret],
        inputs: [String: String]?,
        overlap: Duration
    ) throws -> StoredSecret { fatalError() }
    mutating func rollbackSecret(_ reference: String) throws -> StoredSecret { fatalError() }
    mutating func revokeSecret(_ reference: String) throws -> StoredSecret { fatalError() }
    mutating func forgetDueVersions() throws -> [String] { fatalError() }
    mutating func createGrant(_ new: NewGrant) throws -> DescribedGrant { fatalError() }
    mutating func revokeGrant(_ id: String) throws -> [String] { fatalError() }
    mutating func defineProvider(_ name: String, _ definition: String) throws -> StoredProvider { fatalError() }
    mutating func removeProvider(_ name: String) throws { fatalError() }
    mutating func createUser(_ new: NewUser) throws -> StoredUser { fatalError() }
    mutating func updateUser(_ reference: String, _ change: UserChange) throws -> StoredUser { fatalError() }
    mutating func removeUser(_ reference: String) throws { fatalError() }
    mutating func provision(_ agents: [NewAgent], _ grants: [NewGrant]) throws -> Provisioned { fatalError() }
}
struct KeyOwner {
    let owner: StoredKey.Owner
    let name: String
}
