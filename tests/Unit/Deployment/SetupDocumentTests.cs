using System.Text.Json.Nodes;
using ServerlessDrives.Connecting.Setup;
using ServerlessDrives.Integrations.Setup;
using ServerlessDrives.Tests.Shared;
using ServerlessDrives.Tests.Unit.Connecting;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Deployment;

/// <summary>
/// What AWS admins are given to deploy: CloudFormation held against AWS's own description of its resources, Terraform read by HashiCorp's
/// own parser. The commands that deploy them need an account, or a provider that only its own registry has.
/// </summary>
public sealed class SetupDocumentTests
{
    private const string Hostile = "it's ${aws_iam_role.x} %{ if } \"Claims\"\nof names";

    private static readonly Dictionary<string, Func<string>> Templates = new()
    {
        ["our own account's"] = () => File.ReadAllText(Path.Combine(Repository.Folder, "infra", "aws", "principal.yaml")),
        ["a role's"] = () => CloudFormationTemplate.Write(SetupSteps.Of(Hostile)),
        ["a role's before its bucket is known"] = () => CloudFormationTemplate.Write(SetupSteps.Of(Hostile) with { Grants = null }),
        ["a role's with a key of another account"] = () => CloudFormationTemplate.Write(SetupSteps.WithForeignKey(Hostile)),
        ["notifications"] = () => NotificationTemplate.Write(SetupSteps.Notifications(Hostile, "a*b/")),
        ["notifications of a whole bucket"] = () => NotificationTemplate.Write(SetupSteps.Notifications(Hostile, "")),
    };

    private static readonly Dictionary<string, Func<string>> Modules = new()
    {
        ["a role's"] = () => TerraformModule.Write(SetupSteps.Of(Hostile)),
        ["a role's before its bucket is known"] = () => TerraformModule.Write(SetupSteps.Of(Hostile) with { Grants = null }),
        ["a role's with a key of another account"] = () => TerraformModule.Write(SetupSteps.WithForeignKey(Hostile)),
        ["notifications"] = () => NotificationModule.Write(SetupSteps.Notifications(Hostile, "a*b/")),
        ["notifications of a whole bucket"] = () => NotificationModule.Write(SetupSteps.Notifications(Hostile, "")),
    };

    [Fact]
    public async Task A_CloudFormation_template_has_only_resources_properties_and_references_that_there_are()
    {
        var (exit, findings) = await CheckAsync("cloudformation.mjs", Templates);
        findings.ShouldBeEmpty();
        exit.ShouldBe(0);
    }

    [Fact]
    public async Task The_checker_of_templates_finds_what_is_wrong()
    {
        var (exit, findings) = await CheckAsync("cloudformation.mjs", """
            {
              "Resources": {
                "Role": { "Type": "AWS::IAM::Role", "DependsOn": "Nobody",
                          "Properties": { "Colour": "red", "MaxSessionDuration": "long", "RoleName": { "Fn::Sub": "${Nothing}" } } },
                "Bucket": { "Type": "AWS::S3::Bukkit" }
              },
              "Outputs": { "Arn": { "Value": { "Fn::GetAtt": ["Role", "Arm"] } } }
            }
            """);
        exit.ShouldBe(1);
        foreach (
            var expected in (string[])
                [
                    "depends on Nobody",
                    "lacks AssumeRolePolicyDocument",
                    "no property Colour",
                    "no integer",
                    "refers to Nothing",
                    "AWS::S3::Bukkit",
                    "Role.Arm",
                ])
            findings.ShouldContain(expected);
    }

    [Fact]
    public async Task A_Terraform_module_can_be_read_and_refers_to_nothing_that_it_lacks()
    {
        foreach (var (whose, module) in Modules)
        {
            var (exit, read) = await CheckAsync("terraform.mjs", module());
            exit.ShouldBe(0, $"{whose}: {read}");
        }
    }

    [Fact]
    public async Task Terraform_reads_the_very_policies_that_are_to_be_applied()
    {
        var step = SetupSteps.Of(Hostile);
        var (exit, read) = await CheckAsync("terraform.mjs", TerraformModule.Write(step));
        exit.ShouldBe(0, read);
        var resources = JsonNode.Parse(read)!["resource"]!;
        Policy(resources["aws_iam_role"]!["serverless_drives"]![0]!["assume_role_policy"]!).ShouldBe(step.TrustPolicy.ToJsonString());
        Policy(resources["aws_iam_role_policy"]!["serverless_drives"]![0]!["policy"]!).ShouldBe(step.Grants!.RolePolicy.ToJsonString());
    }

    [Theory]
    [InlineData("resource \"aws_iam_role\" {{")]
    [InlineData("output \"arn\" {\n  value = aws_iam_role.nobody.arn\n}\n")]
    public async Task The_checker_of_modules_finds_what_is_wrong(string module) =>
        (await CheckAsync("terraform.mjs", module)).Exit.ShouldBe(1);

    /// <summary>A text of the parsed module, which still has what Terraform itself unescapes.</summary>
    private static string Policy(JsonNode text) =>
        JsonNode
            .Parse(text.GetValue<string>().Replace("$${", "${", StringComparison.Ordinal).Replace("%%{", "%{", StringComparison.Ordinal))!
            .ToJsonString();

    private static Task<(int Exit, string Findings)> CheckAsync(string checker, string document) =>
        CheckAsync(checker, new Dictionary<string, Func<string>> { ["document"] = () => document });

    private static async Task<(int Exit, string Findings)> CheckAsync(string checker, Dictionary<string, Func<string>> documents)
    {
        var packages = await NpmPackages.InstalledAsync(
            "setup-checkers-1",
            "@aws-cdk/aws-service-spec@0.1.216",
            "@cdktf/hcl2json@0.21.0",
            "yaml-cfn@0.3.2");
        var folder = Directory.CreateTempSubdirectory("setup-documents-");
        try
        {
            foreach (var (name, document) in documents)
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, name), document(), TestContext.Current.CancellationToken);
            var (exit, output, errors) = await Shell.RunAsync(
                "node",
                [Path.Combine(Repository.Folder, "tests", "Unit", "Deployment", "Checkers", checker), packages, .. documents.Keys],
                folder: folder.FullName,
                cancellation: TestContext.Current.CancellationToken);
            errors.ShouldBeEmpty();
            return (exit, output.Trim());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
