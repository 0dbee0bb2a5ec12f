using System.Text.Json.Nodes;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;

namespace ServerlessDrives.Connecting.Buckets;

/// <summary>What an access key's IAM user is allowed, in the forms in which people apply it.</summary>
public sealed class UserPolicy(BucketAccess access)
{
    private const string PolicyName = "ServerlessDrives";

    /// <summary>IAM's limit for a user's name.</summary>
    private const int MostInName = 64;

    /// <summary>A fresh document each time.</summary>
    public JsonObject Document => RolePolicy.For(access).ToJson();

    private string Name =>
        $"serverless-drives-{access.Bucket}" is { Length: > MostInName } name ? name[..MostInName] : $"serverless-drives-{access.Bucket}";

    public string AsCommands()
    {
        var document = SetupText.Quote(SetupText.Json(Document));
        return $"""
            aws iam create-user --user-name {SetupText.Quote(Name)}
            aws iam put-user-policy --user-name {SetupText.Quote(Name)} --policy-name {PolicyName} --policy-document {document}
            aws iam create-access-key --user-name {SetupText.Quote(Name)}

            """.ReplaceLineEndings("\n");
    }

    /// <summary>
    /// The user and its policy. The key is made afterwards, in the console or by the CLI: a stack would keep its secret where others can
    /// read it.
    /// </summary>
    public JsonObject AsTemplate() => new()
    {
        ["AWSTemplateFormatVersion"] = "2010-09-09",
        ["Description"] = "ServerlessDrives: an IAM user for a drive with an access key. Create the access key for it afterwards.",
        ["Resources"] = new JsonObject
        {
            ["User"] = new JsonObject
            {
                ["Type"] = "AWS::IAM::User",
                ["Properties"] = new JsonObject
                {
                    ["UserName"] = Name,
                    ["Policies"] = new JsonArray(new JsonObject { ["PolicyName"] = PolicyName, ["PolicyDocument"] = Document }),
                },
            },
        },
        ["Outputs"] = new JsonObject
        {
            ["UserName"] = new JsonObject
            {
                ["Description"] = "Create an access key for this " +
            "user.",
                ["Value"] = new JsonObject { ["Ref"] = "User" }
            }
        },
    };
}
