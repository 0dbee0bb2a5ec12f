using ServerlessDrives.Access;

namespace ServerlessDrives.Adapters.Aws.Sessions;

/// <summary>The region of each partition whose STS can't be switched off.</summary>
internal static class StsRegions
{
    public static Region HomeOf(Partition partition)
    {
        var code = partition.Name switch
        {
            "aws-cn" => "cn-north-1",
            "aws-us-gov" => "us-gov-west-1",
            "aws-eusc" => "eusc-de-east-1",
            "aws-iso" => "us-iso-east-1",
            "aws-iso-b" => "us-isob-east-1",
            "aws-iso-e" => "eu-isoe-west-1",
            "aws-iso-f" => "us-isof-south-1",
            _ => "us-east-1",
        };
        return Region.Parse(code).TryGet(out var region, out var problem) ? region : throw new InvalidOperationException(problem.Message);
    }
}
