using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.S3;
using Amazon.S3.Model;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Integration.Events;
using ServerlessDrives.Tests.Integration.Sandbox;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Integrations;

/// <summary>S3's own notifications, from the object by SNS to the webhook, set up with the real <c>aws</c> command.</summary>
[Collection(WatchingApp.Name)]
public sealed class NotificationScenarios(WatchingApp running)
{
    private static readonly string[] Documented =
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

    private readonly AwsAdministrator _administrator = running.App.Administrator();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_script_brings_every_version_to_the_webhook_once_also_those_that_no_look_at_the_folder_would_find()
    {
        using var ada = await running.App.SignInAsync("ada");
        using var listener = await Listener.StartAsync(ada, "file.arrived");
        var bucket = Connections.Unique("notifies");
        await _administrator.CreateBucketAsync(bucket, versioned: true);
        var integration = await UpstreamAsync(ada, bucket, listener, "in", "*.txt");
        await AwsAsync(
            "s3api",
            "put-bucket-notification-configuration",
            "--bucket",
            bucket,
            "--notification-configuration",
            """{"EventBridgeConfiguration":{}}""");

        var script = await SetupAsync(ada, integration);
        (await RunAsync(script)).ShouldEndWith("Done.\n");
        var notifications = (await ada.GetAsync($"/api/integrations/{integration}", HttpStatusCode.OK))["notifications"]!;
        notifications.Text("status").ShouldBe("confirmed");
        notifications.Text("topicArn").ShouldStartWith($"arn:aws:sns:us-east-1:{AwsAdministrator.Account}:serverless-drives-");
        (await SetupAsync(ada, integration)).ShouldBe(script, "the address stays the same until it is revoked");
        var configured = await AwsAsync("s3api", "get-bucket-notification-configuration", "--bucket", bucket, "--output", "json");
        configured.ShouldContain("EventBridgeConfiguration", customMessage: "What the bucket told others before stays.");
        var again = await RunAsync(script, without: "jq");
        again.ShouldContain("Its policy is as it should be.\nIt is subscribed to.\n");
        again.ShouldContain("tells the topic of new files already");
        (await AwsAsync("s3api", "get-bucket-notification-configuration", "--bucket", bucket, "--output", "json")).ShouldBe(configured);

        // The drive may not list versions, so of two in a row a look would see one.
        const string odd = "drive/in/a b+ü%20&.txt";
        var versions = new[]
        {
            await PutAsync(bucket, odd, "one"),
            await PutAsync(bucket, odd, "another"),
            await PutAsync(bucket, "drive/in/c.txt", "third"),
        };
        await PutAsync(bucket, "drive/in/deeper/not-meant.txt", "below the pattern");
        await PutAsync(bucket, "drive/in/not-meant.pdf", "another kind");
        await PutAsync(bucket, "drive/beside.txt", "beside the folder");
        await listener.UntilAsync(3);
        var told = listener.Received.Select(received => received.Json["data"]!).ToList();
        told.Select(data => data.Text("versionId")).ShouldBe(versions, ignoreOrder: true);
        told.Select(data => data.Text("path")).Order(StringComparer.Ordinal).ShouldBe(["in/a b+ü%20&.txt", "in/a b+ü%20&.txt", "in/c.txt"]);
        listener.Received.ShouldAllBe(received =>
            received.IsSignedWith(listener.SigningSecret) && received.Json.Text("subject") == integration);

        // Version 1 of the signature, which topics have that nobody has set otherwise.
        await _administrator.SnsAsync(
            "SetTopicAttributes",
            ("TopicArn", notifications.Text("topicArn")),
            ("AttributeName", "SignatureVersion"),
            ("AttributeValue", "1"));
        await PutAsync(bucket, "drive/in/sha1.txt", "signed with SHA-1");
        await listener.UntilAsync(4);

        // Without the subscription the folder is looked at as before, and nothing that was told of is told again.
        await _administrator.SnsAsync(
            "Unsubscribe",
            (
                "SubscriptionArn",
                AwsAdministrator.Between(
                    await _administrator.SnsAsync("ListSubscriptionsByTopic", ("TopicArn", notifications.Text("topicArn"))),
                    "SubscriptionArn")));
        for (
            var until = DateTime.UtcNow.AddSeconds(60);
            (await ada.GetAsync($"/api/integrations/{integration}", HttpStatusCode.OK))["notifications"]!.Text("status") != "awaiting";
            await Task.Delay(200, Cancellation))
            DateTime.UtcNow.ShouldBeLessThan(until);
        await PutAsync(bucket, "drive/in/polled.txt", "found by a look");
        await listener.UntilAsync(received => received.Json["data"]!.Text("path") == "in/polled.txt");
        (await ada.GetAsync($"/api/integrations/{integration}/deliveries", HttpStatusCode.OK))["items"]!.AsArray().Count.ShouldBe(5);
    }

    [Fact]
    public async Task What_SNS_did_not_sign_for_this_topic_now_is_refused_and_a_repetition_is_told_of_once()
    {
        using var ada = await running.App.SignInAsync("ada");
        using var listener = await Listener.StartAsync(ada, "file.arrived");
        using var tap = new EventReceiver();
        var bucket = Connections.Unique("forged");
        await _administrator.CreateBucketAsync(bucket);
        var integration = await UpstreamAsync(ada, bucket, listener, "", null);
        var address = AddressIn(await SetupAsync(ada, integration));
        var topic = await SetUpByHandAsync(bucket, address);
        for (
            var until = DateTime.UtcNow.AddSeconds(60);
            (await ada.GetAsync($"/api/integrations/{integration}", HttpStatusCode.OK))["notifications"]!.Text("status") != "confirmed";
            await Task.Delay(100, Cancellation))
            DateTime.UtcNow.ShouldBeLessThan(until);

        // Somebody in the customer's account hears the same messages, and could pass them on.
        await _administrator.SnsAsync("Subscribe", ("TopicArn", topic), ("Protocol", "http"), ("Endpoint", tap.Url.AbsoluteUri));
        await Listener.UntilAsync(() => tap.Received.Count == 1, () => "no confirmation asked for");
        var confirmation = tap.Received[0].Json;
        await _administrator.SnsAsync("ConfirmSubscription", ("TopicArn", topic), ("Token", confirmation.Text("Token")));
        await PutAsync(bucket, "drive/a.txt", "genuine");
        await listener.UntilAsync(1);
        await Listener.UntilAsync(() => tap.Received.Count == 2, () => "the tap heard nothing");
        var genuine = tap.Received[1].Json;

        (await SendAsync(address, genuine)).Status.ShouldBe(HttpStatusCode.OK);
        (
            await SendAsync(address, With(genuine, "Message", genuine.Text("Message").Replace("a.txt", "b.txt", StringComparison.Ordinal)))
        ).ShouldBe((HttpStatusCode.Forbidden, "The message isn't signed by Amazon SNS."));
        (await SendAsync(address, With(genuine, "Timestamp", "2020-01-01T00:00:00.000Z"))).Detail.ShouldContain("too old");
        foreach (
            var elsewhere in new[]
            {
                "https://sns.us-east-1.amazonaws.com.example.com",
                "http://sns.us-east-1.amazonaws.com",
                "https://example.com",
                "https://169.254.169.254",
                running.App.Address.AbsoluteUri.TrimEnd('/'),
            })
        {
            var path = new Uri(genuine.Text("SigningCertURL")).AbsolutePath;
            (await SendAsync(address, With(genuine, "SigningCertURL", elsewhere + path))).Status.ShouldBe(
                HttpStatusCode.Forbidden,
                elsewhere);
        }

        // The confirmation of another's subscription, and one that leads elsewhere than its signature says.
        (await SendAsync(address, With(confirmation, "SubscribeURL", "https://169.254.169.254/latest"))).Status.ShouldBe(
            HttpStatusCode.Forbidden);
        (await SendAsync(address, With(genuine, "TopicArn", topic + "-other"))).Detail.ShouldContain("Another topic");
        (
            await SendAsync(
                address,
                With(genuine, "TopicArn", topic.Replace(AwsAdministrator.Account, "111122223333", StringComparison.Ordinal)))
        ).Detail.ShouldContain("account and region");
        (await SendAsync(address, new JsonObject())).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await SendAsync(address, With(genuine, "Message", new string('x', 300_000)))).Status.ShouldBe(
            HttpStatusCode.RequestEntityTooLarge);
        (await SendAsync(address[..^3] + "abc", genuine)).Status.ShouldBe(HttpStatusCode.NotFound);

        await ada.SendAsync(HttpMethod.Delete, $"/api/integrations/{integration}/notifications", null, HttpStatusCode.NoContent);
        (await SendAsync(address, genuine)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await SetupAsync(ada, integration)).ShouldNotContain(address);
        (await ada.GetAsync($"/api/integrations/{integration}/deliveries", HttpStatusCode.OK))["items"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Whoever_is_refused_too_often_is_slowed_down_and_nobody_else_is()
    {
        using var guesser = running.App.Anonymous();
        guesser.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.78");
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => GuessAsync(guesser)));
        answers.ShouldContain(HttpStatusCode.NotFound);
        answers.ShouldContain(HttpStatusCode.TooManyRequests);
        using var other = running.App.Anonymous();
        other.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.79");
        (await GuessAsync(other)).ShouldBe(HttpStatusCode.NotFound);

        static async Task<HttpStatusCode> GuessAsync(HttpClient http)
        {
            using var message = new StringContent("{}");
            using var answer = await http.PostAsync(new Uri("/api/notifications/guess", UriKind.Relative), message, Cancellation);
            return answer.StatusCode;
        }
    }

    private static string AddressIn(string script) =>
        script.Split('\n').Single(line => line.StartsWith("ENDPOINT=", StringComparison.Ordinal))["ENDPOINT=".Length..].Trim('\'');

    /// <summary>What the script does, without the script: a topic that the bucket tells of everything, and its subscription.</summary>
    private async Task<string> SetUpByHandAsync(string bucket, string address)
    {
        var topic = AwsAdministrator.Between(await _administrator.SnsAsync("CreateTopic", ("Name", bucket)), "TopicArn");
        using var s3 = _administrator.S3();
        var configuration = new PutBucketNotificationRequest
        {
            BucketName = bucket,
            TopicConfigurations =
            [
                new TopicConfiguration
                {
                    Id = "all",
                    Topic = topic,
                    Events = [EventType.ObjectCreatedAll],
                },
            ],
        };
        (await Should.ThrowAsync<AmazonS3Exception>(() => s3.PutBucketNotificationAsync(configuration, Cancellation))).ErrorCode.ShouldBe(
            "InvalidArgument",
            "S3 may not publish there yet");
        await _administrator.SnsAsync(
            "SetTopicAttributes",
            ("TopicArn", topic),
            ("AttributeName", "Policy"),
            (
                "AttributeValue",
                $$"""
                {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"sns:Publish",
                 "Resource":"{{topic}}","Condition":{"StringEquals":{"aws:SourceAccount":"{{AwsAdministrator.Account}}"},
                 "ArnLike":{"aws:SourceArn":"arn:aws:s3:::{{bucket}}"} } }]}
                """));
        await _administrator.SnsAsync("Subscribe", ("TopicArn", topic), ("Protocol", "http"), ("Endpoint", address));
        await s3.PutBucketNotificationAsync(configuration, Cancellation);
        return topic;
    }

    private static JsonNode With(JsonNode message, string name, string value)
    {
        var changed = message.DeepClone();
        changed[name] = value;
        return changed;
    }

    private async Task<(HttpStatusCode Status, string Detail)> SendAsync(string address, JsonNode message)
    {
        using var anybody = running.App.Anonymous();
        using var content = new StringContent(message.ToJsonString(), Encoding.UTF8, "text/plain");
        using var answer = await anybody.PostAsync(new Uri(address), content, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        return (answer.StatusCode, text.Length == 0 ? "" : JsonNode.Parse(text)!.Text("detail"));
    }

    /// <summary>An upstream on a drive of a user who has the documented permissions on the bucket and no others.</summary>
    private async Task<string> UpstreamAsync(HttpClient ada, string bucket, Listener listener, string folder, string? pattern)
    {
        var key = await _administrator.CreateUserWithKeyAsync(Connections.Unique("user"), Connections.Grants(bucket, "drive", Documented));
        var connection = await ada.PostAsync(
            "/api/connections",
            new
            {
                displayName = Connections.Unique("notified"),
                audience = new { type = "organization" },
                authentication = new { method = "accessKey" },
                configuration = Connections.KeyConfiguration(key, bucket, "drive"),
            },
            HttpStatusCode.Accepted);
        var drive = (await ada.UntilAsync(connection.Text("id"), "connected")).Text("driveId");
        return (
            await ada.PostAsync(
                "/api/integrations",
                new
                {
                    kind = "upstream",
                    driveId = drive,
                    folder,
                    pattern,
                    webhookId = listener.WebhookId,
                },
                HttpStatusCode.Created)
        ).Text("id");
    }

    private static async Task<string> SetupAsync(HttpClient http, string integration)
    {
        using var answer = await http.GetAsync($"/api/integrations/{integration}/setup?format=aws-cli", Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        return await answer.Content.ReadAsStringAsync(Cancellation);
    }

    /// <returns>The version's id; <c>null</c> as S3 writes it without versions.</returns>
    private async Task<string> PutAsync(string bucket, string key, string content)
    {
        using var s3 = _administrator.S3();
        return (
                await s3.PutObjectAsync(
                    new PutObjectRequest
                    {
                        BucketName = bucket,
                        Key = key,
                        ContentBody = content,
                    },
                    Cancellation)
            ).VersionId
            ?? "null";
    }

    private Task<string> AwsAsync(params string[] arguments) => ShellAsync("aws", arguments);

    /// <param name="without">A command that this machine is to lack.</param>
    private async Task<string> RunAsync(string script, string? without = null)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(
                file,
                without is null ? script : script.Replace($"command -v {without}", "false", StringComparison.Ordinal),
                Cancellation);
            return await ShellAsync("sh", [file]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task<string> ShellAsync(string command, string[] arguments)
    {
        var (exit, output, errors) = await Shell.RunAsync(
            command, arguments, await AwsCommand.PreparedAsync(_administrator.CommandLineEnvironment()), cancellation: Cancellation);
        exit.ShouldBe(0, $"{output}\n{errors}");
        return output;
    }
}
