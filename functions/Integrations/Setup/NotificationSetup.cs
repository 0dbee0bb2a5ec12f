using System.Text.Json.Nodes;
using ServerlessDrives.Access;

namespace ServerlessDrives.Integrations.Setup;

/// <summary>
/// What an AWS admin has to set up for S3's notifications of one upstream, from which every form of instruction is written.
/// </summary>
/// <param name="IntegrationName">For headings only.</param>
/// <param name="Topic">In the bucket's account and region, as S3 wants it.</param>
/// <param name="Prefix">What the keys that are meant begin with; empty for the whole bucket.</param>
/// <param name="Endpoint">Where SNS sends to; whoever has it could send there too, but not what SNS has signed.</param>
public sealed record NotificationSetup(
    string IntegrationName,
    IntegrationId Integration,
    TopicArn Topic,
    BucketName Bucket,
    string Prefix,
    Uri Endpoint)
{
    /// <summary>Of the topic and of the bucket's entry: stable, so that applying it again replaces it.</summary>
    public static string NameOf(IntegrationId integration) => $"serverless-drives-{integration.Value[^8..]}";

    public string EntryName => NameOf(Integration);

    public string BucketArn => $"arn:{Topic.Region.Partition}:s3:::{Bucket}";

    /// <summary>S3 may publish, for this bucket of this account and no other.</summary>
    public JsonObject TopicPolicy => new()
    {
        ["Version"] = "2012-10-17",
        ["Statement"] = new JsonArray(new JsonObject
        {
            ["Sid"] = $"ServerlessDrives{Integration.Value[^8..]}",
            ["Effect"] = "Allow",
            ["Principal"] = new JsonObject { ["Service"] = "s3.amazonaws.com" },
            ["Action"] = "sns:Publish",
            ["Resource"] = Topic.Value,
            ["Condition"] = new JsonObject
            {
                ["StringEquals"] = new JsonObject { ["aws:SourceAccount"] = Topic.Account.Value },
                ["ArnLike"] = new JsonObject { ["aws:SourceArn"] = BucketArn },
            },
        }),
    };

    /// <summary>Our entry of the bucket's notification configuration.</summary>
    public JsonObject BucketConfiguration
    {
        get
        {
            var entry = new JsonObject { ["Id"] = EntryName, ["TopicArn"] = Topic.Value, ["Events"] = new JsonArray("s3:ObjectCreated:*") };
            if (Prefix.Length > 0)
                entry["Filter"] = new JsonObject
                {
                    ["Key"] = new JsonObject
                    {
                        ["FilterRules"] = new JsonArray(new JsonObject { ["Name"] = "prefix", ["Value"] = Prefix }),
                    },
                };
            return new() { ["TopicConfigurations"] = new JsonArray(entry) };
        }
    }
}
