using System.Text.Json.Nodes;
using ServerlessDrives.Access;

namespace ServerlessDrives.Connecting.Setup;

/// <summary>The open step as a CloudFormation template (JSON, which CloudFormation takes like YAML).</summary>
public static class CloudFormationTemplate
{
    private const string MakesRole = "MakesRole";

    public static string Write(SetupStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var template = new JsonObject
        {
            ["AWSTemplateFormatVersion"] = "2010-09-09",
            ["Description"] =
                $"ServerlessDrives: access for the drive {step.DisplayName}. {Limits(step)}Afterwards confirm it in the wizard or by the " +
                $"callback link{(step.Role is RoleOrigin.New ? ", with the role's ARN, which is an output" : "")}.",
        };
        var (parameters, conditions, resources) = (new JsonObject(), new JsonObject(), new JsonObject());
        if (step.Role is RoleOrigin.Named)
        {
            parameters["MakeRole"] = YesOrNo(
                $"yes: there is no role {step.RoleArn.RoleName} yet, and it is made. no: it is there; its trust policy has to be changed " +
                "by hand or with the AWS CLI script."
            );
            conditions[MakesRole] = IsYes("MakeRole");
        }

        if (step.Role is not RoleOrigin.Proven)
            resources["Role"] = Role(step);
        if (step.Grants is { } grants)
        {
            resources["RolePolicy"] = RolePolicy(step, grants);
            // A bucket has one policy, and CloudFormation merges nothing, so nobody gets that without asking for it.
            parameters["ReplaceBucketPolicy"] = YesOrNo(
                "yes: the bucket has no policy of its own, and this one becomes it. no: the bucket's policy is left as it is; in the " +
                "role's own account the role policy is enough, otherwise merge the statements by hand or with the AWS CLI script."
            );
            conditions["ReplacesBucketPolicy"] = IsYes("ReplaceBucketPolicy");
            resources["BucketPolicy"] = new JsonObject
            {
                ["Type"] = "AWS::S3::BucketPolicy",
                ["Condition"] = "ReplacesBucketPolicy",
                ["DependsOn"] = "RolePolicy",
                ["Properties"] = new JsonObject
                {
                    ["Bucket"] = grants.Bucket.ToString(),
                    ["PolicyDocument"] = step.Role is RoleOrigin.New
                        ? WithMadeRole(grants.BucketPolicy, step)
                        : grants.BucketPolicy.DeepClone(),
                },
            };
        }

        if (resources.Count == 0)
            resources["Nothing"] = new JsonObject { ["Type"] = "AWS::CloudFormation::WaitConditionHandle" };
        if (parameters.Count > 0)
            (template["Parameters"], template["Conditions"]) = (parameters, conditions);
        if (Metadata(step) is { Count: > 0 } metadata)
            template["Metadata"] = metadata;
        template["Resources"] = resources;
        template["Outputs"] = new JsonObject { ["RoleArn"] = RoleArn(step) };
        return SetupText.Json(template) + "\n";
    }

    private static JsonObject Role(SetupStep step)
    {
        var role = new JsonObject
        {
            ["Type"] = "AWS::IAM::Role",
            ["Properties"] = new JsonObject
            {
                ["RoleName"] = step.RoleArn.RoleName,
                ["Path"] = step.RoleArn.Path,
                ["AssumeRolePolicyDocument"] = step.TrustPolicy.DeepClone(),
            },
        };
        if (step.Role is RoleOrigin.Named)
            role["Condition"] = MakesRole;
        return role;
    }

    /// <summary>A policy of its own under a name of its own, so that those of other drives on the role stay.</summary>
    private static JsonObject RolePolicy(SetupStep step, SetupGrants grants)
    {
        var policy = new JsonObject
        {
            ["Type"] = "AWS::IAM::RolePolicy",
            ["Properties"] = new JsonObject
            {
                ["RoleName"] = step.RoleArn.RoleName,
                ["PolicyName"] = step.RolePolicyName,
                ["PolicyDocument"] = SetupText.Policy(grants.RolePolicy),
            },
        };
        if (step.Role is not RoleOrigin.Proven)
            policy["DependsOn"] = "Role";
        return policy;
    }

    private static string Limits(SetupStep step) =>
        step.Role switch
        {
            RoleOrigin.New when step.Grants is null => "",
            RoleOrigin.New => "CloudFormation can't merge into a bucket's policy; the AWS CLI script does. ",
            RoleOrigin.Named =>
                "CloudFormation can't change the trust policy of a role that it didn't make, nor merge into a bucket's policy; the AWS " +
                "CLI script does both. ",
            _ => "CloudFormation can't merge into a bucket's policy; the AWS CLI script does. ",
        };

    private static JsonObject Metadata(SetupStep step)
    {
        var metadata = new JsonObject();
        if (step.Role is RoleOrigin.Named)
            metadata["StatementForTheTrustPolicy"] = step.TrustPolicy["Statement"]!.DeepClone();
        // The key's policy is another account's, so no resource of this stack can change it.
        if (step.Grants?.KeyPolicyStatement is { } statement)
        {
            metadata["StatementForTheKeyPolicy"] = statement.DeepClone();
            metadata["Note"] = step.KnowsAccount
                ? "The KMS key is in another account. Ask its owner to add this statement to the key policy."
                : "If the KMS key is in another account than the role, ask its owner to add this statement to the key policy.";
        }

        if (step.Grants is { } grants && step.KnowsAccount)
            metadata["StatementsForTheBucketPolicy"] = grants.BucketPolicy["Statement"]!.DeepClone();
        return metadata;
    }

    /// <summary>The document with the role that the stack makes in place of the proposed ARN, of which the account isn't known.</summary>
    private static JsonNode WithMadeRole(JsonObject policy, SetupStep step)
    {
        var document = policy.DeepClone();
        foreach (var statement in document["Statement"]!.AsArray())
        {
            if (statement!["Principal"]?["AWS"]?.GetValue<string>() == step.RoleArn.Value)
                statement["Principal"]!["AWS"] = new JsonObject { ["Fn::GetAtt"] = new JsonArray("Role", "Arn") };
        }

        return document;
    }

    private static JsonObject RoleArn(SetupStep step)
    {
        var output = new JsonObject { ["Description"] = "Paste this into the wizard's configuration." };
        var made = new JsonObject { ["Fn::GetAtt"] = new JsonArray("Role", "Arn") };
        var present = new JsonObject
        {
            ["Fn::Sub"] = $"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role{step.RoleArn.Path}{step.RoleArn.RoleName}",
        };
        output["Value"] = step.Role switch
        {
            RoleOrigin.New => made,
            RoleOrigin.Named => new JsonObject { ["Fn::If"] = new JsonArray(MakesRole, made, present) },
            _ => present,
        };
        return output;
    }

    private static JsonObject YesOrNo(string description) =>
        new() { ["Type"] = "String", ["AllowedValues"] = new JsonArray("yes", "no"), ["Default"] = "no", ["Description"] = description };

    private static JsonObject IsYes(string parameter) =>
        new() { ["Fn::Equals"] = new JsonArray(new JsonObject { ["Ref"] = parameter }, "yes") };
}
