using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Shared;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

/// <summary>The wizard's steps, as a person takes them.</summary>
public static class ConnectingSteps
{
    public const string AccessKey = "Access key";
    public const string IamRole = "IAM role";

    /// <summary>From the list of drives to the first step that the server knows of.</summary>
    /// <param name="audience">A workspace's name, or null for the whole organization.</param>
    public static async Task StartConnectingAsync(
        this Person person,
        string displayName,
        string method,
        string? audience = "Claims",
        string? role = null)
    {
        await person.GoAsync("/");
        await person.Link("Add data source").ClickAsync();
        await person.SeeTitleAsync("Add data source");
        await person.SayForWhomAsync(audience);
        await person.Field("Display name").FillAsync(displayName);
        await person.Button("Next").ClickAsync();
        await person.Radio(method).CheckAsync();
        if (role is not null)
            await person.Radio(role).CheckAsync();
        await person.Button("Next").ClickAsync();
        await person.SeeTitleAsync($"Connect {displayName}");
    }

    private static async Task SayForWhomAsync(this Person person, string? audience)
    {
        if (audience is null)
        {
            await person.Radio("Whole organization").CheckAsync();
            return;
        }

        await person.Radio("One workspace").CheckAsync();
        await person
            .Page.GetByLabel("Workspace", new() { Exact = true })
            .SelectOptionAsync(new Microsoft.Playwright.SelectOptionValue { Label = audience });
    }

    public static async Task TypeBucketAsync(this Person person, string bucket, string path, string region = "us-east-1")
    {
        await person.Field("Bucket name").FillAsync(bucket);
        await person.Page.GetByLabel("Region").FillAsync(region);
        await person.Field("Path").FillAsync(path);
    }

    public static async Task TypeKeyAsync(this Person person, (string Id, string Secret) key)
    {
        await person.Field("Access key ID").FillAsync(key.Id);
        await person.Secret("Secret access key").FillAsync(key.Secret);
    }

    /// <summary>The whole flow with an access key, up to the last step.</summary>
    public static async Task ConnectByKeyAsync(
        this Person person,
        string displayName,
        (string Id, string Secret) key,
        string path,
        string? audience = "Claims")
    {
        await person.StartConnectingAsync(displayName, AccessKey, audience);
        await person.TypeKeyAsync(key);
        await person.TypeBucketAsync("acme-documents", path);
        await person.Button("Verify and connect").ClickAsync();
        await person.SeeConnectedAsync(displayName);
    }

    public static async Task SeeConnectedAsync(this Person person, string displayName)
    {
        await person.SeeTitleAsync($"{displayName} is connected");
        await person.SeeAsync(person.Heading("Every check passed"));
    }

    /// <summary>Step "Trust policy": the administrator makes the role, the person says so.</summary>
    /// <returns>The role's ARN.</returns>
    public static async Task<string> ApplyTrustPolicyAsync(this Person person, AwsAdministrator administrator, string role)
    {
        var arn = await administrator.CreateRoleAsync(role, JsonNode.Parse(await person.ReadAsync("Custom trust policy"))!);
        await person.Button("I have applied it").ClickAsync();
        return arn;
    }

    /// <summary>Step "Role and bucket policy": the administrator pastes both where the page says.</summary>
    public static async Task ApplyPoliciesAsync(this Person person, AwsAdministrator administrator, string role, string bucket)
    {
        await administrator.PutRolePolicyAsync(
            role,
            JsonNode.Parse(await person.ReadAsync("Role policy"))!,
            name: $"drive-{Guid.NewGuid():N}");
        await administrator.PutBucketPolicyAsync(bucket, JsonNode.Parse(await person.ReadAsync("Bucket policy"))!);
    }

    /// <summary>The whole flow with a role and a bucket that are new, up to the last step.</summary>
    public static async Task ConnectByRoleAsync(
        this Person person,
        AwsAdministrator administrator,
        string displayName,
        string role,
        string bucket)
    {
        await administrator.CreateBucketAsync(bucket);
        await person.StartConnectingAsync(displayName, IamRole);
        var arn = await person.ApplyTrustPolicyAsync(administrator, role);
        await person.Field("Role ARN").FillAsync(arn);
        await person.TypeBucketAsync(bucket, "inbox");
        await person.Button("Next").ClickAsync();
        await person.ApplyPoliciesAsync(administrator, role, bucket);
        await person.Button("I have applied both").ClickAsync();
        await person.SeeConnectedAsync(displayName);
    }

    /// <summary>Removes a drive on its page, by typing its name again.</summary>
    public static async Task RemoveDriveAsync(this Person person, string displayName)
    {
        await person.OpenDriveAsync(displayName);
        await person.Button("Remove this drive").ClickAsync();
        await person.Dialog($"Remove {displayName}?").GetByRole(Microsoft.Playwright.AriaRole.Textbox).FillAsync(displayName);
        await person.Button("Remove the drive", exact: true).ClickAsync();
        await person.SeeTextAsync($"Removed {displayName}.");
        await Expect(person.Page.GetByRole(Microsoft.Playwright.AriaRole.List, new() { Name = "Drives" }).GetByText(displayName))
            .ToHaveCountAsync(0);
    }
}
