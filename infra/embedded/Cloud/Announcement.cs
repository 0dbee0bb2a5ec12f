using ServerlessDrives.Embedded.Cloud.SignIn;
using ServerlessDrives.Embedded.Cloud.Sandbox;
using Spectre.Console;

namespace ServerlessDrives.Embedded.Cloud;

/// <summary>What is printed at the start: what there is to play with, in a form to paste.</summary>
internal static class Announcement
{
    public static void Print(EmbeddedOptions options, Uri sandbox, SeededCloud seeded)
    {
        var console = AnsiConsole.Console;
        console.MarkupLineInterpolated($"[bold]ServerlessDrives[/] on this machine; data in {options.DataFolder}");
        console.WriteLine();
        console.MarkupLine("[bold]People[/] (POST /embedded/token {\"user\":\"…\"})");
        foreach (var person in EmbeddedPeople.All)
            console.WriteLine($"  {person.Id}  {person.Says}");
        console.WriteLine();
        console.MarkupLine("[bold]AWS sandbox[/]: the customer acme, as administrator");
        console.WriteLine($"  export AWS_ENDPOINT_URL={sandbox.AbsoluteUri.TrimEnd('/')} AWS_REGION=us-east-1");
        console.WriteLine($"  export AWS_ACCESS_KEY_ID={seeded.Administrator.AccessKeyId} AWS_SECRET_ACCESS_KEY={seeded.Administrator.SecretAccessKey}");
        console.WriteLine($"  buckets   {string.Join(", ", seeded.Buckets.Select(bucket => $"{bucket.Name} ({bucket.Region})"))}");
        console.WriteLine($"  KMS key   {seeded.KmsKeyArn}");
        console.WriteLine($"  drive key {seeded.DriveUser.AccessKeyId} {seeded.DriveUser.SecretAccessKey} ({seeded.DriveUser.UserName})");
        console.WriteLine($"  we are    {seeded.PrincipalArn}");
        console.WriteLine();
    }
}
