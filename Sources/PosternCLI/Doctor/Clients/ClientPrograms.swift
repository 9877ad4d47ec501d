extension ClientProgram {
    /// All that are looked for, in the order in which they are told.
    static func all(trustStore: String) -> [ClientProgram] {
        commands + python + [java(trustStore: trustStore)] + interpreted
    }

    private static let field = "-H \"Authorization: Bearer $OPENAI_API_KEY\""

    private static let commands: [ClientProgram] = [
        .command("curl", "curl", "curl -sS --fail \(field) \"$DOCTOR_URL\""),
        .command(
            "wget",
            "wget",
            "wget -qO- --no-hsts --tries=1 --header=\"Authorization: Bearer $OPENAI_API_KEY\" \"$DOCTOR_URL\""
        ),
        .command("git", "git", "git ls-remote \"$DOCTOR_URL\""),
        .command("npm", "npm", "npm ping --json --fetch-retries=0 --no-update-notifier --registry=\"$DOCTOR_URL/\""),
        .command("cargo", "cargo", "cargo search --index \"sparse+$DOCTOR_URL/\" postern-doctor"),
        .command("go", "go", "go list -m -versions origin.postern.test/doctor"),
        .command("gh", "gh", "env GH_ENTERPRISE_TOKEN=\"$OPENAI_API_KEY\" gh api \"v1/$DOCTOR_TRIAL\""),
        .command(
            "aws",
            "aws",
            "aws s3api get-object --no-sign-request --region us-east-1 --endpoint-url \"$DOCTOR_ORIGIN/v1\""
                + " --bucket \"$DOCTOR_TRIAL\" --key object /dev/stdout"
        ),
    ]

    private static func java(trustStore: String) -> ClientProgram {
        var client = ClientProgram.script("java HttpClient", "java", in: "Get.java", ClientScripts.java)
        client.remedy = Remedy(
            needs: "--transparent and a trust store",
            variables: ["JAVA_TOOL_OPTIONS": "-Djavax.net.ssl.trustStore=\(trustStore)"],
            isTransparent: true,
            fix: "`postern ca bundle --format jks --output FILE`, then `postern run --transparent --env "
                + "JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=FILE`"
        )
        return client
    }

    private static let interpreted: [ClientProgram] = [
        .script("node fetch", "node", in: "fetch.js", ClientScripts.fetch),
        .script("node https", "node", in: "https.js", ClientScripts.nodeHTTPS),
        .script("deno fetch", "deno", ["run", "--quiet", "--allow-all"], in: "fetch.js", ClientScripts.fetch),
        .script("bun fetch", "bun", in: "fetch.js", ClientScripts.fetch),
        .script("ruby net/http", "ruby", in: "client.rb", ClientScripts.ruby),
        .script("php streams", "php", in: "client.php", ClientScripts.php),
        .script(
            "perl HTTP::Tiny",
            "perl",
            presence: ["-MHTTP::Tiny", "-MIO::Socket::SSL", "-e", "1"],
            in: "client.pl",
            ClientScripts.perl
        ),
    ]

    private static let python: [ClientProgram] = [
        library("urllib", "import urllib.request", ClientScripts.urllib),
        library("requests", "import requests", "print(requests.get(url, headers=headers, timeout=15).text)"),
        library("httpx", "import httpx", "print(httpx.get(url, headers=headers, timeout=15).text)"),
        library("aiohttp", "import asyncio, aiohttp", ClientScripts.aiohttp("")),
        library("aiohttp, trust_env", "import asyncio, aiohttp", ClientScripts.aiohttp("trust_env=True")),
        library(
            "httplib2",
            "import httplib2",
            "print(httplib2.Http(timeout=15).request(url, headers=headers)[1].decode())"
        ),
        library("boto3", "import boto3, botocore", ClientScripts.boto3),
        ClientProgram(
            name: "pip",
            program: "python3",
            presence: ["python3", "-m", "pip", "--version"],
            words: [
                "sh", "-c",
                "exec python3 -m pip index versions postern-doctor --index-url \"$DOCTOR_URL/simple\" --retries 0"
                    + " --no-cache-dir --disable-pip-version-check",
            ]
        ),
    ]

    /// A library of Python's.
    private static func library(_ name: String, _ imports: String, _ call: String) -> ClientProgram {
        let isStandard = name == "urllib"
        let file = "client_\(name.prefix { $0.isLetter || $0.isNumber })\(name.contains(",") ? "_env" : "").py"
        return .script(
            "python \(name)",
            "python3",
            presence: isStandard ? nil : ["-c", imports],
            in: file,
            "\(imports)\n\(ClientScripts.python)\(call)\n"
        )
    }
}
