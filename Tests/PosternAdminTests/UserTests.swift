import PosternAdmin
import PosternCore
import Testing

@Suite struct UserTests {
    let office: Office
    let admin: Administration
    let olga = Office.olga

    init() throws {
        office = try Office()
        admin = office.administration
    }

    @Test("a user is known by subject or id") func userKnown() async throws {
        var new = NewUser(subject: "0b1e2d3c-4f5a-4b6c-8d7e-9f0a1b2c3d4e")
        new.groups = ["ops", "dev", "ops"]
        new.displayName = "Alice"
        let user = try await admin.createUser(new, by: olga)
        #expect(user.groups == ["ops", "dev"])
        #expect(try await admin.user(user.id) == user)
        #expect(try await admin.user(user.subject) == user)
        #expect(try await admin.users() == [user])
        await refused("user_exists") { [new] in _ = try await admin.createUser(new, by: olga) }
        await refused("user_not_found") { _ = try await admin.user("bob") }
    }

    @Test("a subject that is none is refused", arguments: ["", "a\nb", String(repeating: "s", count: 513)])
    func subjectNone(subject: String) async throws {
        await refused("invalid_request") { _ = try await admin.createUser(NewUser(subject: subject), by: olga) }
    }

    @Test("a change touches what is given, and reaches who depends on the user") func changeTouches() async throws {
        let bot = try await office.agent("bot")
        try await office.secret()
        _ = try await admin.createUser(NewUser(subject: "alice"), by: olga)
        let own = try await office.grant(to: .user("alice"))
        try await office.grant(below: own.id)
        var change = UserChange()
        change.isSuspended = .set(true)
        change.groups = .set(["ops"])
        let changed = try await admin.updateUser("alice", change, by: olga)
        #expect(changed.isSuspended)
        #expect(changed.groups == ["ops"])
        #expect(office.effects.last.agents == [bot.id])
        #expect(office.effects.last.users == [changed.id])
        change.groups = .set([""])
        await refused("invalid_request") { [change] in _ = try await admin.updateUser("alice", change, by: olga) }
    }

    @Test("removing a user ends the user's grants and what is below them") func removingUser() async throws {
        try await office.agent("bot")
        try await office.secret()
        let user = try await admin.createUser(NewUser(subject: "alice"), by: olga)
        let own = try await office.grant(to: .user("alice"))
        let below = try await office.grant(below: own.id)
        try await admin.removeUser("alice", by: olga)
        #expect(try await admin.users().isEmpty)
        #expect(try await admin.grants().total == 0)
        #expect(try await admin.grant(below.id).grant.revokedAt == office.time.now)
        #expect(try await admin.grant(own.id).grant.principal == .user(id: user.id))
        await refused("user_not_found") { try await admin.removeUser("alice", by: olga) }
    }
}
