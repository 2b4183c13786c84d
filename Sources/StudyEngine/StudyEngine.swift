// StudyEngine
