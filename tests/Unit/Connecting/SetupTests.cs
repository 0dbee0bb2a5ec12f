using System.Diagnostics;
using System.Text.Json.Nodes;
using ServerlessDrives.Connecting.Callbacks;
using ServerlessDrives.Connecting.Setup;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Connecting;

public sealed class SetupTests
{
    [Fact]
    public async Task The_aws_cli_script_is_one_that_a_shell_can_read()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            file,
            AwsCliScript.Write(SetupSteps.Of("it's $(a) \"test\"\nof names")),
            TestContext.Current.CancellationToken);
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-n", file]) { RedirectStandardError = true })!;
        var complaints = await shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        complaints.ShouldBeEmpty();
        shell.ExitCode.ShouldBe(0);
        File.Delete(file);
    }

    [Fact]
    public void The_script_looks_at_everything_before_it_changes_anything_and_confirms_at_its_end()
    {
        var script = AwsCliScript.Write(SetupSteps.Of("Claims"));
        script.ShouldContain("CONFIRM='https://drives.example/api/callbacks/one'\n");
        var order = new[]
        {
            "s3api get-bucket-policy",
            "= dry-run ]",
            "aws iam create-role",
            "aws iam put-role-policy",
            "patiently merge_bucket",
            "curl -sS",
        }
            .Select(part => script.IndexOf(part, StringComparison.Ordinal))
            .ToList();
        order.ShouldAllBe(at => at > 0);
        order.ShouldBeInOrder();
    }

    [Fact]
    public void The_cloudformation_template_is_json_with_a_role_and_replaces_no_bucket_policy_unasked()
    {
        var template = JsonNode.Parse(CloudFormationTemplate.Write(SetupSteps.Of("Claims")))!;
        template["Resources"]!["Role"]!["Type"]!.GetValue<string>().ShouldBe("AWS::IAM::Role");
        template["Resources"]!["BucketPolicy"]!["Condition"]!.GetValue<string>().ShouldBe("ReplacesBucketPolicy");
        template["Parameters"]!["ReplaceBucketPolicy"]!["Default"]!.GetValue<string>().ShouldBe("no");
    }

    [Fact]
    public void A_callback_token_survives_the_link_and_nothing_else_does()
    {
        var token = CallbackToken.New(new(OrganizationId.Of("org_1"), ConnectionId.Of("con_1")));
        CallbackToken.Parse(token.Reveal())!.Hash.ShouldBe(token.Hash);
        token.ToString().ShouldBe("***");
        foreach (var bad in new[] { null, "", ".", "a.b", token.Reveal()[..^4], token.Reveal() + "AAAA", new string('A', 500) })
            CallbackToken.Parse(bad).ShouldBeNull();
    }
}
