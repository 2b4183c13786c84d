// StudyConfiguration
