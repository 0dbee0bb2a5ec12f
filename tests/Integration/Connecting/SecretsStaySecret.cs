using System.Net;
using System.Text;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>A whole run, and then a search for its secrets in everything that was written, printed or answered.</summary>
public sealed class SecretsStaySecret
{
    [Fact]
    public async Task A_secret_access_key_is_nowhere_but_in_the_vault_and_there_it_is_encrypted()
    {
        await using var app = await EmbeddedApp.StartAsync(new()
        {
            ["Verification__PropagationWait"] = "00:00:00.3",
            ["Logging__LogLevel__Default"] = "Debug",
        });
        var administrator = app.Administrator();
        const string user = "secretive";
        var first = await administrator.CreateUserWithKeyAsync(user, Connections.Grants("acme-documents", "claims", AllowedToDrives));
        var second = await administrator.CreateKeyAsync(user);
        var wrong = (first.Id, Secret: "wr0ng/secret+of/nobody/" + Guid.NewGuid().ToString("N")[..17]);

        var heard = new Heard();
        using var mia = await SignInAsync(app, "mia", heard);
        var id = (await Connections.StartAsync(mia, "accessKey")).Text("id");
        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{id}/configuration",
            Connections.KeyConfiguration(wrong, "acme-documents", "claims"),
            HttpStatusCode.Accepted);
        await mia.UntilAsync(id, now => now["attempt"]!.GetValue<int>() == 2);
        // Mistakes in the body must not be quoted either.
        var misplaced = Connections.KeyConfiguration((first.Secret, first.Secret), "acme-documents", "claims");
        await mia.SendAsync(HttpMethod.Put, $"/api/connections/{id}/configuration", misplaced, HttpStatusCode.UnprocessableEntity);
        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{id}/configuration",
            $$"""{"secretAccessKey":"{{first.Secret}}", "bucket": 7}""",
            HttpStatusCode.BadRequest);
        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{id}/configuration",
            Connections.KeyConfiguration(first, "acme-documents", "claims"),
            HttpStatusCode.Accepted);
        var drive = (await mia.UntilAsync(id, "connected")).Text("driveId");
        await mia.GetAsync($"/api/drives/{drive}/files", HttpStatusCode.OK);
        await mia.SendAsync(
            HttpMethod.Patch,
            $"/api/drives/{drive}/credentials",
            new { accessKeyId = wrong.Id, secretAccessKey = wrong.Secret },
            HttpStatusCode.UnprocessableEntity);
        await mia.SendAsync(
            HttpMethod.Patch,
            $"/api/drives/{drive}/credentials",
            new { accessKeyId = second.Id, secretAccessKey = second.Secret },
            HttpStatusCode.OK);
        await mia.GetAsync($"/api/drives/{drive}", HttpStatusCode.OK);
        using var ada = await SignInAsync(app, "ada", heard);
        await ada.GetAsync("/api/audit", HttpStatusCode.OK);
        await app.StopAsync();

        string[] secrets = [first.Secret, second.Secret, wrong.Secret];
        foreach (var secret in secrets)
        {
            foreach (var form in FormsOf(secret))
            {
                app.Output.ShouldNotContain(form, Case.Sensitive);
                heard.Everything.ShouldNotContain(form, Case.Sensitive);
            }
        }

        var aws = Path.Combine(app.DataFolder, "aws") + Path.DirectorySeparatorChar;
        var searched = 0;
        foreach (var file in Directory.EnumerateFiles(app.DataFolder, "*", SearchOption.AllDirectories))
        {
            // AWS itself knows the secrets that it made.
            if (file.StartsWith(aws, StringComparison.Ordinal))
                continue;
            searched++;
            var content = await File.ReadAllBytesAsync(file);
            foreach (var form in secrets.SelectMany(FormsOf))
            {
                content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(form)).ShouldBe(-1, $"{form} in {file}");
                content.AsSpan().IndexOf(Encoding.Unicode.GetBytes(form)).ShouldBe(-1, $"{form} in {file}");
            }
        }

        searched.ShouldBeGreaterThan(3);
        // The search would have found it: AWS's own file has it.
        File.ReadAllText(Path.Combine(app.DataFolder, "aws", "iam.json"))
            .ShouldContain(System.Text.Json.JsonEncodedText.Encode(first.Secret).ToString());
        EmbeddedVault.Read(app.DataFolder).Count.ShouldBe(1);
    }

    private static readonly string[] AllowedToDrives =
    [
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:GetObject",
        "s3:GetObjectAcl",
        "s3:GetObjectVersion",
        "s3:PutObject",
        "s3:PutObjectAcl",
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
        "s3:ListMultipartUploadParts",
        "s3:AbortMultipartUpload",
    ];

    /// <summary>As it is, as JSON and URLs write it, and in base64 wherever it stands in the encoded bytes.</summary>
    private static IEnumerable<string> FormsOf(string secret)
    {
        yield return secret;
        yield return Uri.EscapeDataString(secret);
        yield return System.Text.Json.JsonEncodedText.Encode(secret).ToString();
        for (var offset = 0; offset < 3; offset++)
        {
            var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('x', offset) + secret));
            var inner = encoded[4..(encoded.Length - 4)];
            yield return inner;
            yield return inner.Replace('+', '-').Replace('/', '_');
        }
    }

    private static async Task<HttpClient> SignInAsync(EmbeddedApp app, string user, Heard heard)
    {
        using var plain = await app.SignInAsync(user);
        var listening = new HttpClient(heard, disposeHandler: false) { BaseAddress = app.Address };
        listening.DefaultRequestHeaders.Authorization = plain.DefaultRequestHeaders.Authorization;
        return listening;
    }

    /// <summary>Keeps every answer, headers and body.</summary>
    private sealed class Heard() : DelegatingHandler(new SocketsHttpHandler())
    {
        private readonly StringBuilder _everything = new();

        public string Everything
        {
            get
            {
                lock (_everything)
                    return _everything.ToString();
            }
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            await answer.Content.LoadIntoBufferAsync(cancellationToken);
            var body = await answer.Content.ReadAsStringAsync(cancellationToken);
            lock (_everything)
                _everything.Append(answer.Headers).Append(body).AppendLine();
            return answer;
        }
    }
}
