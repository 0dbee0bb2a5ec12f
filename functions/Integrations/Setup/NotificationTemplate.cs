using System.Text.Json.Nodes;
using ServerlessDrives.Access;

namespace ServerlessDrives.Integrations.Setup;

/// <summary>
/// Notifications as a CloudFormation template (JSON, which CloudFormation takes like YAML). The bucket is no resource of the stack and has
/// one notification configuration, so a small function puts our entry into it, and takes it out when the stack is deleted.
/// </summary>
public static class NotificationTemplate
{
    private const string Function = """
        import boto3, cfnresponse
        s3 = boto3.client("s3")

        def handler(event, context):
            try:
                asked = event["ResourceProperties"]
                # CloudFormation hands texts on; the entry has none but texts.
                entry, bucket = asked["Entry"], {"Bucket": asked["Bucket"], "ExpectedBucketOwner": asked["Account"]}
                present = s3.get_bucket_notification_configuration(**bucket)
                present.pop("ResponseMetadata", None)
                others = [e for e in present.get("TopicConfigurations", []) if e.get("Id") != entry["Id"]]
                present["TopicConfigurations"] = others if event["RequestType"] == "Delete" else others + [entry]
                s3.put_bucket_notification_configuration(NotificationConfiguration=present, **bucket)
                cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, entry["Id"])
            except Exception as failure:
                cfnresponse.send(event, context, cfnresponse.FAILED, {}, event.get("PhysicalResourceId", "none"), reason=str(failure))
        """;

    public static string Write(NotificationSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        var partition = setup.Topic.Region.Partition;
        var template = new JsonObject
        {
            ["AWSTemplateFormatVersion"] = "2010-09-09",
            ["Description"] =
                $"ServerlessDrives: notifications of new files for the integration {setup.IntegrationName}. Deploy it in the bucket's " +
                $"account and region, {setup.Topic.Account} and {setup.Topic.Region}.",
            ["Resources"] = new JsonObject
            {
                ["Topic"] = Resource("AWS::SNS::Topic", new() { ["TopicName"] = setup.Topic.Name, ["SignatureVersion"] = "2" }),
                ["TopicPolicy"] = Resource("AWS::SNS::TopicPolicy", new()
                {
                    ["Topics"] = new JsonArray(Ref("Topic")),
                    ["PolicyDocument"] = setup.TopicPolicy,
                }),
                ["Subscription"] = Resource("AWS::SNS::Subscription", new()
                {
                    ["TopicArn"] = Ref("Topic"),
                    ["Protocol"] = setup.Endpoint.Scheme,
                    ["Endpoint"] = setup.Endpoint.AbsoluteUri,
                }),
                ["Role"] = Resource("AWS::IAM::Role", new()
                {
                    ["AssumeRolePolicyDocument"] = Document(new()
                    {
                        ["Effect"] = "Allow",
                        ["Principal"] = new JsonObject { ["Service"] = "lambda.amazonaws.com" },
                        ["Action"] = "sts:AssumeRole",
                    }),
                    ["ManagedPolicyArns"] = new JsonArray($"arn:{partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"),
                    ["Policies"] = new JsonArray(new JsonObject
                    {
                        ["PolicyName"] = "bucket-notifications",
                        ["PolicyDocument"] = Document(new()
                        {
                            ["Effect"] = "Allow",
                            ["Action"] = new JsonArray("s3:GetBucketNotification", "s3:PutBucketNotification"),
                            ["Resource"] = setup.BucketArn,
                        }),
                    }),
                }),
                ["Function"] = Resource("AWS::Lambda::Function", new()
                {
                    ["Runtime"] = "python3.12",
                    ["Handler"] = "index.handler",
                    ["Timeout"] = 60,
                    ["Role"] = Attribute("Role", "Arn"),
                    ["Code"] = new JsonObject { ["ZipFile"] = Function.ReplaceLineEndings("\n") },
                }),
                ["BucketNotification"] = After("TopicPolicy", Resource("Custom::BucketNotification", new()
                {
                    ["ServiceToken"] = Attribute("Function", "Arn"),
                    ["Bucket"] = setup.Bucket.ToString(),
                    ["Account"] = setup.Topic.Account.Value,
                    ["Entry"] = setup.BucketConfiguration["TopicConfigurations"]![0]!.DeepClone(),
                })),
            },
            ["Outputs"] = new JsonObject { ["TopicArn"] = new JsonObject { ["Value"] = Ref("Topic") } },
        };
        return SetupText.Json(template) + "\n";
    }

    private static JsonObject Resource(string type, JsonObject properties) => new() { ["Type"] = type, ["Properties"] = properties };

    private static JsonObject After(string other, JsonObject resource)
    {
        resource["DependsOn"] = other;
        return resource;
    }

    private static JsonObject Ref(string name) => new() { ["Ref"] = name };

    private static JsonObject Attribute(string name, string attribute) => new() { ["Fn::GetAtt"] = new JsonArray(name, attribute) };

    private static JsonObject Document(JsonObject statement) =>
        new() { ["Version"] = "2012-10-17", ["Statement"] = new JsonArray(statement) };
}
