// swift-tools-version: 6.2
import PackageDescription

// Every target compiles in Swift 6 mode with these upcoming features, so that a missing import or an
// unmarked existential is an error here rather than a surprise in a later compiler.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "postern",
    products: [
        .executable(name: "posternd", targets: ["posternd"]),
        .executable(name: "postern", targets: ["postern"]),
        .executable(name: "postern-cli", targets: ["postern-cli"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
    ],
    targets: [
        // C: what Swift cannot call by itself (variadic functions, macros, Linux-only calls).
        .target(
            name: "CCurl",
            linkerSettings: [.linkedLibrary("curl"), .linkedLibrary("ssl"), .linkedLibrary("crypto")]
        ),
        .target(name: "CLinux"),
        .target(name: "CSandbox"),
        .target(name: "CNGHTTP2", linkerSettings: [.linkedLibrary("nghttp2")]),
        .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .target(
            name: "CCoding",
            linkerSettings: [.linkedLibrary("z"), .linkedLibrary("brotlidec"), .linkedLibrary("zstd")]
        ),

        // Libraries, in the order in which they may import one another.
        .target(name: "PosternEventLoop", dependencies: ["CLinux"], swiftSettings: strict),
        .target(
            name: "PosternCore",
            dependencies: ["CLinux", "CCoding", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict
        ),
        .target(
            name: "PosternConfig",
            dependencies: ["PosternCore", "CLinux"],
            resources: [.embedInCode("Resources/providers.json")],
            swiftSettings: strict
        ),
        .target(
            name: "PosternAudit",
            dependencies: ["PosternCore", "CLinux", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict
        ),
        .target(
            name: "PosternStore",
            dependencies: [
                "PosternCore", "CLinux",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "PosternCertificates",
            dependencies: [
                "PosternCore", "CLinux",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "PosternUpstream",
            dependencies: ["PosternCore", "PosternEventLoop", "CCurl", "CLinux"],
            swiftSettings: strict
        ),
        .target(name: "PosternHTTP2", dependencies: ["PosternCore", "CNGHTTP2"], swiftSettings: strict),
        .target(name: "PosternTLS", dependencies: ["COpenSSL"], swiftSettings: strict),
        .target(
            name: "PosternProxy",
            dependencies: [
                "PosternCertificates", "PosternCore", "PosternEventLoop", "PosternHTTP2", "PosternTLS",
                "PosternUpstream",
                "CLinux",
            ],
            swiftSettings: strict
        ),

        .target(
            name: "PosternAdmin",
            dependencies: ["PosternConfig", "PosternCore", "CLinux"],
            swiftSettings: strict
        ),
        .target(
            name: "PosternServing",
            dependencies: [
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .target(name: "PosternControl", dependencies: ["CCurl"], swiftSettings: strict),
        .target(
            name: "PosternAPI",
            dependencies: [
                "PosternAdmin", "PosternConfig", "PosternControl", "PosternCore", "PosternServing", "CLinux",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .target(name: "PosternFetch", dependencies: ["PosternCore", "CCurl", "CLinux"], swiftSettings: strict),
        .target(
            name: "PosternOAuth",
            dependencies: [
                "PosternCore", "PosternConfig", "PosternFetch", "CLinux",
                .product(name: "JWTKit", package: "jwt-kit"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "PosternSDK",
            dependencies: [
                "PosternAdmin", "PosternConfig", "PosternCore", "CLinux",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "PosternPortal",
            dependencies: [
                "PosternCore", "PosternServing", "CLinux",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            resources: [.embedInCode("Resources/portal.css")],
            swiftSettings: strict
        ),
        .target(name: "PosternSandbox", dependencies: ["CLinux", "CSandbox"], swiftSettings: strict),
        .target(
            name: "PosternDaemon",
            dependencies: [
                "PosternAdmin", "PosternAPI", "PosternAudit", "PosternCertificates", "PosternConfig", "PosternControl",
                "PosternCore", "PosternEventLoop", "PosternFetch", "PosternOAuth", "PosternPortal", "PosternProxy",
                "PosternSDK", "PosternSandbox", "PosternStore", "PosternTLS",
                "CLinux",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),

        .target(name: "PosternCommand", swiftSettings: strict),
        .target(
            name: "PosternRun",
            dependencies: [
                "PosternCommand", "PosternSandbox", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .target(name: "PosternMCP", dependencies: ["PosternConfig", "PosternCore"], swiftSettings: strict),
        .target(
            name: "PosternCLI",
            dependencies: [
                "PosternAudit", "PosternCertificates", "PosternCommand", "PosternConfig", "PosternControl",
                "PosternCore", "PosternMCP", "PosternSandbox", "CLinux",
            ],
            swiftSettings: strict
        ),

        // Programs.
        .executableTarget(
            name: "posternd",
            dependencies: [
                "PosternCore", "PosternDaemon", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "postern",
            dependencies: ["PosternCommand", "PosternRun"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "postern-cli",
            dependencies: [
                "PosternAudit", "PosternCertificates", "PosternCLI", "PosternCommand", "PosternConfig",
                "PosternControl", "PosternCore", "PosternRun",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),

        // A measurement; `make install` leaves it out.
        .executableTarget(
            name: "minting",
            dependencies: ["PosternCertificates", "PosternCore"],
            path: "bench/minting",
            swiftSettings: strict
        ),

        // Tests, and what several of them need.
        .target(
            name: "CCompression",
            path: "Tests/CCompression",
            linkerSettings: [.linkedLibrary("z"), .linkedLibrary("brotlienc"), .linkedLibrary("zstd")]
        ),
        .target(
            name: "PosternTestSupport",
            dependencies: ["PosternCore", "CCompression"],
            path: "Tests/PosternTestSupport",
            swiftSettings: strict
        ),
        .testTarget(
            name: "PosternCoreTests",
            dependencies: ["PosternCore", "PosternTestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PosternEventLoopTests",
            dependencies: ["PosternEventLoop", "PosternTestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PosternHTTP2Tests",
            dependencies: ["PosternHTTP2", "PosternCore", "CNGHTTP2", "PosternTestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PosternProxyTests",
            dependencies: ["PosternProxy", "PosternCore", "PosternEventLoop", "PosternTestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PosternAuditTests",
            dependencies: ["PosternAudit", "PosternCLI", "PosternCommand", "PosternCore"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PosternCertificatesTests",
            dependencies: [
                "PosternCertificates", "PosternCLI", "PosternCommand", "PosternCore", "PosternTestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PosternStoreTests",
            dependencies: [
                "PosternStore", "PosternCore", "PosternTestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PosternAdminTests",
            dependencies: ["PosternAdmin", "PosternConfig", "PosternCore", "PosternStore", "PosternTestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PosternAPITests",
            dependencies: [
                "PosternAdmin", "PosternAPI", "PosternControl", "PosternCore", "PosternStore",
                "PosternTestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PosternSDKTests",
            dependencies: [
                "PosternSDK", "PosternAdmin", "PosternCore", "PosternStore", "PosternTestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PosternSandboxTests",
            dependencies: ["PosternSandbox", "CLinux", "CSandbox", "PosternTestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PosternDaemonTests",
            dependencies: ["PosternDaemon", "PosternCore", "PosternProxy", "PosternTestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PosternMCPTests",
            dependencies: ["PosternCore", "PosternMCP", "PosternTestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PosternCLITests",
            dependencies: [
                "PosternCLI", "PosternCommand", "PosternConfig", "PosternControl", "PosternCore", "PosternMCP",
            ],
            swiftSettings: strict
        ),
        .target(
            name: "CTestServer",
            path: "Tests/CTestServer",
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]
        ),
        .testTarget(
            name: "PosternOAuthTests",
            dependencies: [
                "PosternConfig", "PosternCore", "PosternFetch", "PosternOAuth", "CTestServer",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PosternPortalTests",
            dependencies: [
                "PosternPortal", "PosternCore",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "PosternConfigTests", dependencies: ["PosternConfig", "PosternCore"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
