using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ServerlessDrives.Adapters.Aws;
using ServerlessDrives.Integrations.Sns;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Integrations;

/// <summary>What S3 says of new files, in what SNS carries it in.</summary>
public sealed class NotificationMessages
{
    private const string Topic = "arn:aws:sns:eu-central-1:444455556666:drives";
    private const string Certificate = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem";

    [Theory]
    [InlineData("claims/a.pdf", "claims/a.pdf")]
    [InlineData("a+b%2Bc.txt", "a b+c.txt")]
    [InlineData("100%25+%2F+%2541.txt", "100% / %41.txt")]
    [InlineData("Gr%C3%B6%C3%9Fe/%F0%9F%97%82.txt", "Größe/🗂.txt")]
    [InlineData("e%CC%81", "e\u0301")]
    public void A_key_is_what_it_is_and_not_what_travels(string travels, string key) =>
        S3Event.Parse(Records(Record(travels))).ShouldHaveSingleItem().Key.ShouldBe(key);

    [Fact]
    public void Whatever_a_key_is_it_survives_the_way()
    {
        Gen.String[Gen.Char["aZ09 +%/&=?#.~*!'()\"\\\t\u00e4\u0301\u200b\ufffd"], 1, 40].Sample(key =>
            S3Event.Parse(Records(Record(System.Net.WebUtility.UrlEncode(key)!)))!.Single().Key.ShouldBe(key));
    }

    [Fact]
    public void Records_come_in_the_order_in_which_things_happened()
    {
        // As S3's documentation orders them: the shorter sequencer is padded with zeros on the right.
        var records = S3Event.Parse(
            Records(
                Record("third", sequencer: "0055AED6DCD9"),
                Record("second", sequencer: "0055aed6dcd8ff"),
                Record("first", sequencer: "0055AED6DCD8"))
        )!;
        records.Select(record => record.Key).ShouldBe(["first", "second", "third"]);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("null", null)]
    [InlineData("096fKKXTRTtl3on89fVO.nfljtsv6qko", "096fKKXTRTtl3on89fVO.nfljtsv6qko")]
    public void A_version_is_there_only_where_the_bucket_keeps_them(string? said, string? version)
    {
        var record = Record("a");
        if (said is not null)
            record["s3"]!["object"]!["versionId"] = said;
        S3Event.Parse(Records(record)).ShouldHaveSingleItem().VersionId.ShouldBe(version);
    }

    [Theory]
    [InlineData("ObjectCreated:Put", true)]
    [InlineData("ObjectCreated:CompleteMultipartUpload", true)]
    [InlineData("ObjectRemoved:DeleteMarkerCreated", false)]
    [InlineData("ObjectRestore:Completed", false)]
    [InlineData("objectcreated:Put", false)]
    public void Only_what_creates_is_an_arrival(string name, bool creates)
    {
        var record = Record("a");
        record["eventName"] = name;
        S3Event.Parse(Records(record)).ShouldHaveSingleItem().Creates.ShouldBe(creates);
    }

    [Fact]
    public void The_test_that_S3_sends_when_notifications_are_set_up_tells_of_nothing() =>
        S3Event
            .Parse(
                """
                {"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-10-13T15:57:02.089Z",
                 "Bucket":"acme","RequestId":"5582815E1AEA5ADF","HostId":"8cLeGAmw098X5cv4"}
                """
            )
            .ShouldNotBeNull()
            .ShouldBeEmpty();

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"Event":"s3:AnotherEvent"}""")]
    [InlineData("""{"Records":{}}""")]
    [InlineData("""{"Records":[1]}""")]
    [InlineData("""{"Records":[null]}""")]
    [InlineData("""{"Event":"\ud800"}""")]
    [InlineData("""{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","eventTime":"2026-01-01T00:00:00Z","s3":[]}]}""")]
    public void What_S3_does_not_send_is_no_event(string text) => S3Event.Parse(text).ShouldBeNull();

    [Fact]
    public void One_record_that_cannot_be_read_spoils_the_message()
    {
        foreach (
            var spoil in new Action<JsonNode>[]
            {
                record => record["eventSource"] = "aws:sns",
                record => record["eventTime"] = "yesterday",
                record => record["eventName"] = 1,
                record => record["s3"]!["bucket"]!["name"] = null,
                record => record["s3"]!["object"] = "a",
                record => record["s3"]!["object"]!.AsObject().Remove("key"),
            })
        {
            var spoilt = Record("b");
            spoil(spoilt);
            S3Event.Parse(Records(Record("a"), spoilt)).ShouldBeNull(spoilt.ToJsonString());
        }
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public void A_message_is_signed_over_what_SNS_signs(string version)
    {
        var message = Read(Message(version));
        message.SignatureVersion.ShouldBe(int.Parse(version, null));
        message.Topic.Value.ShouldBe(Topic);
        Encoding
            .UTF8.GetString(message.Signed)
            .ShouldBe($"Message\nhello\nMessageId\nm-1\nTimestamp\n2026-10-13T15:57:02.089Z\nTopicArn\n{Topic}\nType\nNotification\n");

        var titled = Message(version);
        titled["Subject"] = "Amazon S3 Notification";
        titled["UnsubscribeURL"] = "https://example.com/not-signed";
        Encoding
            .UTF8.GetString(Read(titled).Signed)
            .ShouldBe(
                $"Message\nhello\nMessageId\nm-1\nSubject\nAmazon S3 " +
                $"Notification\nTimestamp\n2026-10-13T15:57:02.089Z\nTopicArn\n{Topic}\nType\nNotification\n"
            );

        var confirmation = Message(version);
        (confirmation["Type"], confirmation["Token"], confirmation["SubscribeURL"]) = (
            "SubscriptionConfirmation",
            "t-1",
            "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription");
        var read = Read(confirmation);
        read.Type.ShouldBe(SnsMessageType.SubscriptionConfirmation);
        Encoding
            .UTF8.GetString(read.Signed)
            .ShouldBe(
                "Message\nhello\nMessageId\nm-1\nSubscribeURL\nhttps://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription\n"
                    + $"Timestamp\n2026-10-13T15:57:02.089Z\nToken\nt-1\nTopicArn\n{Topic}\nType\nSubscriptionConfirmation\n"
            );
    }

    [Theory]
    [InlineData("Type", "notification")]
    [InlineData("Type", null)]
    [InlineData("TopicArn", "arn:aws:sqs:eu-central-1:444455556666:drives")]
    [InlineData("TopicArn", "arn:aws-cn:sns:eu-central-1:444455556666:drives")]
    [InlineData("Timestamp", "soon")]
    [InlineData("SignatureVersion", "3")]
    [InlineData("SignatureVersion", null)]
    [InlineData("Signature", "not base64")]
    [InlineData("Signature", "")]
    [InlineData("SigningCertURL", "relative.pem")]
    [InlineData("Message", null)]
    [InlineData("MessageId", null)]
    [InlineData("Type", "SubscriptionConfirmation")]
    public void What_SNS_does_not_send_is_no_message(string field, string? value)
    {
        var message = Message("2");
        message[field] = value;
        SnsMessage.Parse(Encoding.UTF8.GetBytes(message.ToJsonString())).TryGet(out _, out var problem).ShouldBeFalse();
        problem.Message.ShouldNotBeNull().ShouldStartWith("This is no message of Amazon SNS.");
    }

    [Fact]
    public void Rubbish_is_refused_and_breaks_nothing()
    {
        Gen.Byte.Array[0, 200].Sample(bytes => SnsMessage.Parse(bytes).TryGet(out _, out _).ShouldBeFalse());
        // A genuine text, cut and changed anywhere: read or refused, never an exception.
        var (genuine, record) = (Encoding.UTF8.GetBytes(Message("2").ToJsonString()), Records(Record("a")));
        Gen.Select(Gen.Int[0, genuine.Length - 1], Gen.Byte, Gen.Bool).Sample((at, value, cut) =>
        {
            var changed = cut ? genuine[..at] : [.. genuine[..at], value, .. genuine[(at + 1)..]];
            SnsMessage.Parse(changed).TryGet(out _, out _);
        });
        Gen.Select(Gen.Int[0, record.Length - 1], Gen.Char, Gen.Bool).Sample((at, value, cut) =>
            S3Event.Parse(cut ? record[..at] : record[..at] + value + record[(at + 1)..])?.ShouldNotContain((S3Event?)null));
    }

    [Theory]
    [InlineData("https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem")]
    [InlineData("http://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem")]
    [InlineData("https://sns.eu-central-1.amazonaws.com:8443/SimpleNotificationService-0123456789abcdef.pem")]
    [InlineData("https://sns.eu-central-1.amazonaws.com.example.com/SimpleNotificationService-0123456789abcdef.pem")]
    [InlineData("https://sns.eu-central-1.amazonaws.com@example.com/SimpleNotificationService-0123456789abcdef.pem")]
    [InlineData("https://user@sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem")]
    [InlineData("https://bucket.s3.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem")]
    [InlineData("https://sns.eu-central-1.amazonaws.com/bucket/SimpleNotificationService-0123456789abcdef.pem")]
    [InlineData("https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem?Action=Publish")]
    [InlineData("https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-.pem")]
    [InlineData("file:///SimpleNotificationService-0123456789abcdef.pem")]
    public async Task A_certificate_that_lies_elsewhere_than_with_SNS_in_the_topics_region_is_not_even_fetched(string address)
    {
        var message = Message("2");
        message["SigningCertURL"] = address;
        using var notary = new SnsSignatureVerifier(
            Options.Create(new AwsOptions()),
            TimeProvider.System,
            NullLogger<SnsSignatureVerifier>.Instance
        );
        // What was tried and failed would be null.
        (await notary.SignedAsync(Read(message), TestContext.Current.CancellationToken)).ShouldBe(false);
    }

    [Theory]
    [InlineData("https://example.com/?Action=ConfirmSubscription&TopicArn=" + Topic + "&Token=t-1")]
    [InlineData("https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=" + Topic + "&Token=t-1")]
    [InlineData("https://sns.eu-central-1.amazonaws.com/?Action=Publish&TopicArn=" + Topic + "&Token=t-1")]
    [InlineData("https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=" + Topic + "-other&Token=t-1")]
    [InlineData("https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=" + Topic + "&Token=t-2")]
    public async Task A_confirmation_that_leads_elsewhere_is_not_followed(string address)
    {
        var message = Message("2");
        (message["Type"], message["Token"], message["SubscribeURL"]) = ("SubscriptionConfirmation", "t-1", address);
        using var notary = new SnsSignatureVerifier(
            Options.Create(new AwsOptions()),
            TimeProvider.System,
            NullLogger<SnsSignatureVerifier>.Instance
        );
        (await notary.ConfirmAsync(Read(message), TestContext.Current.CancellationToken)).ShouldBe(false);
    }

    private static SnsMessage Read(JsonNode message)
    {
        SnsMessage
            .Parse(Encoding.UTF8.GetBytes(message.ToJsonString()))
            .TryGet(out var read, out var problem)
            .ShouldBeTrue(problem?.Message);
        return read!;
    }

    private static JsonObject Message(string version) => new()
    {
        ["Type"] = "Notification",
        ["MessageId"] = "m-1",
        ["TopicArn"] = Topic,
        ["Message"] = "hello",
        ["Timestamp"] = "2026-10-13T15:57:02.089Z",
        ["SignatureVersion"] = version,
        ["Signature"] = Convert.ToBase64String([1, 2, 3]),
        ["SigningCertURL"] = Certificate,
    };

    private static string Records(params JsonNode[] records) =>
        new JsonObject { ["Records"] = new JsonArray([.. records.Select(record => record.DeepClone())]) }.ToJsonString();

    private static JsonObject Record(string key, string sequencer = "0055AED6DCD90281E5") =>
        new()
        {
            ["eventVersion"] = "2.1",
            ["eventSource"] = "aws:s3",
            ["awsRegion"] = "eu-central-1",
            ["eventTime"] = "2026-10-13T15:57:02.089Z",
            ["eventName"] = "ObjectCreated:Put",
            ["s3"] = new JsonObject
            {
                ["bucket"] = new JsonObject { ["name"] = "acme-documents", ["arn"] = "arn:aws:s3:::acme-documents" },
                ["object"] = new JsonObject
                {
                    ["key"] = key,
                    ["size"] = 1,
                    ["eTag"] = "d41d8cd98f00b204e9800998ecf8427e",
                    ["sequencer"] = sequencer,
                },
            },
        };
}
