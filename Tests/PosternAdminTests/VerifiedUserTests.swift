import PosternAdmin
import PosternCore
import Testing

@Suite struct VerifiedUserTests {
    let office: Office
    let admin: Administration
    let olga = Office.olga

    init() throws {
        office = try Office(isLive: true)
        admin = office.administration
    }

    @Test("a user is made known once, and nothing is written for who is known") func once() async throws {
        let user = try await admin.user(for: verified(groups: ["ops"]), by: olga)
        #expect(user.subject == "sub|1" && user.groups == ["ops"] && user.displayName == "ana@example.test")
        let (records, changes) = (office.sink.lines.count, office.effects.count)
        for groups in [["ops"], ["ops", "ops"], nil] {
            #expect(try await admin.user(for: verified(groups: groups), by: olga) == user)
        }
        #expect(office.sink.lines.count == records && office.effects.count == changes)
    }

    @Test("groups of the token take the place of those that were known") func groups() async throws {
        let user = try await admin.user(for: verified(groups: ["ops", "dev"]), by: olga)
        office.time.pass(.seconds(1))
        let changed = try await admin.user(for: verified(groups: ["sales"]), by: olga)
        #expect(changed.id == user.id && changed.groups == ["sales"])
        #expect(office.effects.last.users == [user.id])
        #expect(try await admin.user(for: verified(groups: []), by: olga).groups == [])
    }

    @Test("an older token says nothing of groups, also after another one that changed nothing")
    func older() async throws {
        let first = try await admin.user(for: verified(groups: [], at: 1000), by: olga)
        let changes = office.effects.count
        #expect(try await admin.user(for: verified(groups: [], at: 2000), by: olga).groups == [])
        // What may be done is as before.
        #expect(office.effects.last.users.isEmpty || office.effects.count == changes)
        for time in [1999, 0, nil] as [Int64?] {
            let user = try await admin.user(for: verified(groups: ["ops"], at: time), by: olga)
            #expect(user.groups == [] && user.groupsIssuedAt == 2_000_000_000_000)
        }
        let records = office.sink.lines.count
        #expect(try await admin.user(for: verified(groups: nil, at: 9000), by: olga).groups == [])
        #expect(office.sink.lines.count == records)
        for time in [2000, 2001] as [Int64] {
            let user = try await admin.user(for: verified(groups: ["g\(time)"], at: time), by: olga)
            #expect(user.id == first.id && user.groups == ["g\(time)"])
        }
        #expect(try await admin.user(for: verified(groups: ["ops"], at: 2000), by: olga).groups == ["g2001"])
    }

    @Test("what belongs to a group is in force with the token that names it") func inForce() async throws {
        try await office.secret()
        try await office.grant(to: .group("ops"))
        #expect(office.effects.last.groups == ["ops"])
        let user = try await admin.user(for: verified(groups: ["ops"]), by: olga)
        #expect(office.live?.directory.principal(.user(user.id))?.rules.count == 1)
        _ = try await admin.user(for: verified(groups: []), by: olga)
        #expect(office.live?.directory.principal(.user(user.id)) == nil)
    }

    @Test("who is suspended stays so") func suspended() async throws {
        let user = try await admin.user(for: verified(groups: []), by: olga)
        var change = UserChange()
        change.isSuspended = .set(true)
        _ = try await admin.updateUser(user.id, change, by: olga)
        for groups in [nil, ["ops"]] {
            await refused("user_suspended") { _ = try await admin.user(for: verified(groups: groups), by: olga) }
        }
        #expect(try await admin.user(user.id).groups == [])
    }

    @Test("what cannot be kept is left out, and a subject that cannot be is nobody") func unkeepable() async throws {
        let names = ["a\nb", "", String(repeating: "g", count: 257), "good"] + (0..<1100).map { "g\($0)" }
        let user = try await admin.user(for: verified(groups: names), by: olga)
        #expect(user.groups.count == 1000 && user.groups.first == "good")
        for subject in ["", "a\u{0}", String(repeating: "s", count: 513)] {
            let nobody = VerifiedUser(subject: subject, issuer: "https://issuer.test")
            await refused("invalid_request") { _ = try await admin.user(for: nobody, by: olga) }
        }
    }

    private func verified(groups: [String]?, at issuedAt: Int64? = nil) -> VerifiedUser {
        VerifiedUser(
            subject: "sub|1",
            issuer: "https://issuer.test",
            displayName: "a\u{1b}[31m",
            email: "ana@example.test",
            groups: groups,
            issuedAt: issuedAt
        )
    }
}
