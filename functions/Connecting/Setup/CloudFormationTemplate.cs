using System.Text.Json.Nodes;

namespace ServerlessDrives.Connecting.Setup;

/// <summary>The open step as a CloudFormation template (JSON, which CloudFormation takes like YAML).</summary>
public static class CloudFormationTemplate
{
    public static string Write(SetupStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var role = new JsonObject
        {
            ["RoleName"] = step.RoleName,
            ["Path"] = step.RolePath,
            ["AssumeRolePolicyDocument"] = step.TrustPolicy.DeepClone(),
        };
        var template = new JsonObject
        {
            ["AWSTemplateFormatVersion"] = "2010-09-09",
            ["Description"] = $"ServerlessDrives: access for the drive {step.DisplayName}. Afterwards confirm the step in the wizard or by the callback link.",
        };
        var resources = new JsonObject { ["Role"] = new JsonObject { ["Type"] = "AWS::IAM::Role", ["Properties"] = role } };
        if (step.Grants is { } grants)
        {
            role["Policies"] = new JsonArray(new JsonObject { ["PolicyName"] = step.RolePolicyName, ["PolicyDocument"] = grants.RolePolicy.DeepClone() });
            // A bucket has one policy and CloudFormation replaces it whole, so nobody gets that without asking for it.
            template["Parameters"] = new JsonObject
            {
                ["ReplaceBucketPolicy"] = new JsonObject
                {
                    ["Type"] = "String",
                    ["AllowedValues"] = new JsonArray("yes", "no"),
                    ["Default"] = "no",
                    ["Description"] = "yes: the bucket has no policy of its own, and this one becomes it. no: merge the statements by hand or with the AWS CLI script.",
                },
            };
            template["Conditions"] = new JsonObject
            {
                ["ReplacesBucketPolicy"] = new JsonObject { ["Fn::Equals"] = new JsonArray(new JsonObject { ["Ref"] = "ReplaceBucketPolicy" }, "yes") },
            };
            resources["BucketPolicy"] = new JsonObject
            {
                ["Type"] = "AWS::S3::BucketPolicy",
                ["Condition"] = "ReplacesBucketPolicy",
                ["DependsOn"] = "Role",
                ["Properties"] = new JsonObject { ["Bucket"] = grants.Bucket.ToString(), ["PolicyDocument"] = grants.BucketPolicy.DeepClone() },
            };
        }

        // The key's policy is another account's, so no resource of this stack can change it.
        if (step.Grants?.KeyPolicyStatement is { } statement)
            template["Metadata"] = new JsonObject { ["StatementForTheKeyPolicy"] = statement.DeepClone(), ["Note"] = "The KMS key is in another account. Ask its owner to add this statement to the key policy." };
        template["Resources"] = resources;
        template["Outputs"] = new JsonObject
        {
            ["RoleArn"] = new JsonObject
            {
                ["Description"] = "Paste this into the wizard's configuration.",
                ["Value"] = new JsonObject { ["Fn::GetAtt"] = new JsonArray("Role", "Arn") },
            },
        };
        return SetupText.Json(template) + "\n";
    }
}
