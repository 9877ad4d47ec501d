/// The least program that asks for `DOCTOR_URL` and prints the answer, for each client that needs one.
enum ClientScripts {
    /// What all of Python's begin with.
    static let python = """
        import os
        url = os.environ["DOCTOR_URL"]
        headers = {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}

        """

    static let urllib = """
        request = urllib.request.Request(url, headers=headers)
        print(urllib.request.urlopen(request, timeout=15).read().decode())
        """

    static func aiohttp(_ options: String) -> String {
        """
        async def main():
            async with aiohttp.ClientSession(\(options)) as session, session.get(url, headers=headers) as response:
                print(await response.text())
        asyncio.run(main())
        """
    }

    static let boto3 = """
        from botocore.config import Config
        client = boto3.client(
            "s3", endpoint_url=os.environ["DOCTOR_ORIGIN"] + "/v1", region_name="us-east-1",
            aws_access_key_id="placeholder", aws_secret_access_key="placeholder",
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}))
        print(client.get_object(Bucket=os.environ["DOCTOR_TRIAL"], Key="object")["Body"].read().decode())
        """

    /// For every runtime of JavaScript.
    static let fetch = """
        const value = name => globalThis.Deno ? Deno.env.get(name) : process.env[name];
        fetch(value("DOCTOR_URL"), { headers: { Authorization: "Bearer " + value("OPENAI_API_KEY") } })
            .then(answer => answer.text()).then(text => console.log(text));

        """

    static let nodeHTTPS = """
        const headers = { Authorization: "Bearer " + process.env.OPENAI_API_KEY };
        require("https").get(process.env.DOCTOR_URL, { headers }, answer => answer.pipe(process.stdout));

        """

    static let java = """
        import java.net.URI;
        import java.net.http.*;

        public class Get {
            public static void main(String[] arguments) throws Exception {
                var request = HttpRequest.newBuilder(URI.create(System.getenv("DOCTOR_URL")))
                    .header("Authorization", "Bearer " + System.getenv("OPENAI_API_KEY")).build();
                System.out.print(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
            }
        }

        """

    static let ruby = """
        require "net/http"
        puts Net::HTTP.get(URI(ENV["DOCTOR_URL"]), { "Authorization" => "Bearer " + ENV["OPENAI_API_KEY"] })

        """

    static let php = """
        <?php
        $options = ["http" => ["header" => "Authorization: Bearer " . getenv("OPENAI_API_KEY")]];
        echo file_get_contents(getenv("DOCTOR_URL"), false, stream_context_create($options));

        """

    static let perl = """
        use HTTP::Tiny;
        my $headers = { Authorization => "Bearer $ENV{OPENAI_API_KEY}" };
        my $answer = HTTP::Tiny->new(verify_SSL => 1, timeout => 15)->get($ENV{DOCTOR_URL}, { headers => $headers });
        die $answer->{content} unless $answer->{success};
        print $answer->{content};

        """
}
